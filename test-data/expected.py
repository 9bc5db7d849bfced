"""Slice and phase of every instance, from ImagePositionPatient and TriggerTime alone. Usage: expected.py FOLDER"""
import json
import os
import sys

import pydicom


def cross(a, b):
    return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]


headers = [pydicom.dcmread(os.path.join(sys.argv[1], name)) for name in os.listdir(sys.argv[1])]
o = [float(v) for v in headers[0].ImageOrientationPatient]
normal = cross(o[:3], o[3:])


def offset(header):
    return round(sum(n * float(p) for n, p in zip(normal, header.ImagePositionPatient)), 1)


slices = []
for place in sorted({offset(h) for h in headers}):
    own = sorted((h for h in headers if offset(h) == place), key=lambda h: float(h.TriggerTime))
    slices.append(
        {
            "offsetMm": place,
            "instanceNumbers": [int(h.InstanceNumber) for h in own],
            "pixelSums": [sum(h.PixelData[0::2]) + 256 * sum(h.PixelData[1::2]) for h in own],
        }
    )
json.dump({"slices": slices}, sys.stdout, indent=1)
print()
