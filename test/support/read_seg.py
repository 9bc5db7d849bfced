"""Reads a DICOM segmentation and its source images with pydicom, and says where every voxel of every
frame lies in the patient: a reader that shares no code with the writer.

usage: read_seg.py SEGMENTATION FOLDER_OF_SOURCES
"""

import json
import pathlib
import sys

import numpy
import pydicom


def group(dataset, frame, name):
    """The functional group of a frame, its own or the shared one."""
    for holder in (dataset.PerFrameFunctionalGroupsSequence[frame], dataset.SharedFunctionalGroupsSequence[0]):
        if name in holder:
            return holder[name].value[0]
    raise KeyError(name)


def patient_points(mask, position, orientation, spacing):
    """Voxel centres by PS3.3 equation C.7.6.2.1-1, as a matrix product."""
    rows, columns = numpy.nonzero(mask)
    x, y = numpy.array(orientation[:3]), numpy.array(orientation[3:])
    matrix = numpy.column_stack((x * spacing[1], y * spacing[0], numpy.array(position)))
    return (matrix @ numpy.vstack((columns, rows, numpy.ones(len(rows))))).T


def read_sources(folder):
    sources = {}
    for path in sorted(pathlib.Path(folder).iterdir()):
        image = pydicom.dcmread(path, stop_before_pixels=True)
        if image.Modality == 'MR':
            sources[image.SOPInstanceUID] = image
    return sources


def floats(values):
    return [float(value) for value in values]


def describe(dataset, sources, masks, frame):
    content = group(dataset, frame, 'FrameContentSequence')
    position = floats(group(dataset, frame, 'PlanePositionSequence').ImagePositionPatient)
    orientation = floats(group(dataset, frame, 'PlaneOrientationSequence').ImageOrientationPatient)
    spacing = floats(group(dataset, frame, 'PixelMeasuresSequence').PixelSpacing)
    reference = group(dataset, frame, 'DerivationImageSequence').SourceImageSequence[0]
    source = sources.get(reference.ReferencedSOPInstanceUID)
    segment = group(dataset, frame, 'SegmentIdentificationSequence').ReferencedSegmentNumber
    return {
        'segmentNumber': segment,
        'dimensionIndexValues': list(content.DimensionIndexValues),
        'temporalPositionIndex': content.TemporalPositionIndex,
        'inStackPositionNumber': content.InStackPositionNumber,
        'cardiacCyclePosition': content.CardiacCyclePosition,
        'sourceUid': reference.ReferencedSOPInstanceUID,
        'sourceFrameNumber': reference.get('ReferencedFrameNumber'),
        'source': source
        and {
            'triggerTimeMs': float(source.TriggerTime),
            'isSamePlane': floats(source.ImagePositionPatient) == position
            and floats(source.ImageOrientationPatient) == orientation
            and floats(source.PixelSpacing) == spacing
            and masks[frame].shape == (source.Rows, source.Columns),
        },
        'points': patient_points(masks[frame], position, orientation, spacing).tolist(),
    }


def main(segmentation, folder):
    dataset = pydicom.dcmread(segmentation)
    masks = dataset.pixel_array.reshape(-1, dataset.Rows, dataset.Columns)
    sources = read_sources(folder)
    frames = [describe(dataset, sources, masks, frame) for frame in range(dataset.NumberOfFrames)]
    labels = {item.SegmentNumber: item.SegmentLabel for item in dataset.SegmentSequence}
    json.dump({'frames': frames, 'labels': labels}, sys.stdout)


main(*sys.argv[1:])
