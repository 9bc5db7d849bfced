import { expect } from 'chai';
import fc from 'fast-check';
import { html } from '../../src/web/html.ts';

describe('html', () => {
  it('escapes text, in content and in attributes', () => {
    const text = `<script>"x" & 'y'</script>`;
    expect(html`<p title="${text}">${text}</p>`.html).to.equal(
      '<p title="&lt;script&gt;&quot;x&quot; &amp; &#39;y&#39;&lt;/script&gt;">' +
        '&lt;script&gt;&quot;x&quot; &amp; &#39;y&#39;&lt;/script&gt;</p>',
    );
  });

  it('keeps HTML and lists of it', () => {
    const items = ['a', '<b>'].map((item) => html`<li>${item}</li>`);
    const list = html`<ul>
      ${items}
    </ul>`.html;
    expect(list.replace(/\s/g, '')).to.equal('<ul><li>a</li><li>&lt;b&gt;</li></ul>');
    expect(html`${3}`.html).to.equal('3');
  });

  it('lets no text open a tag or leave an attribute', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(html`${text}`.html).to.not.match(/[<>"']/);
      }),
    );
  });
});
