import { expect } from 'chai';
import { contentDate } from '../../src/write/content-date.ts';

describe('contentDate', () => {
  it('takes the first kind of date that the source has, with the time of that kind', () => {
    const study = { StudyDate: '20240229', StudyTime: '0915' };
    expect(contentDate(study)).to.deep.equal({ ContentDate: '20240229', ContentTime: '0915' });
    expect(
      contentDate({ ...study, AcquisitionDate: '20240301', SeriesTime: '111111' }),
    ).to.deep.equal({ ContentDate: '20240301', ContentTime: '000000' });
  });

  it('drops a time that is none, and colons of old files', () => {
    const at = (StudyTime: string): string =>
      contentDate({ StudyDate: '20240229', StudyTime }).ContentTime;
    expect(at('09:15:30.5')).to.equal('091530.5');
    expect(at('251530')).to.equal('000000');
    expect(at('morning')).to.equal('000000');
  });

  it('takes a date that nobody can believe when there is none', () => {
    const unknown = { ContentDate: '19000101', ContentTime: '000000' };
    expect(contentDate({ StudyTime: '091530' })).to.deep.equal(unknown);
  });
});
