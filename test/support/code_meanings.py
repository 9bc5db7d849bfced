"""Prints, for each 'SCHEME CODE' line of its input, the meanings and context groups (CIDs) that
pydicom's copy of PS3.16 knows, as JSON."""

import collections
import json
import sys

from pydicom.sr._cid_dict import cid_concepts
from pydicom.sr._concepts_dict import concepts


def index():
    entries = collections.defaultdict(lambda: {'meanings': [], 'contextGroups': []})
    groups = collections.defaultdict(list)
    for cid, schemes in cid_concepts.items():
        for scheme, keywords in schemes.items():
            for keyword in keywords:
                groups[(scheme, keyword)].append(cid)
    for scheme, keywords in concepts.items():
        for keyword, codes in keywords.items():
            for code, (meaning, cids) in codes.items():
                entry = entries[f'{scheme} {code}']
                entry['meanings'].append(meaning)
                entry['contextGroups'] += [*cids, *groups[(scheme, keyword)]]
    return entries


known = index()
asked = [line.strip() for line in sys.stdin if line.strip()]
json.dump({code: known[code] for code in asked if code in known}, sys.stdout)
