"""Exit code 0 when this container's Orthanc answers from its database."""

import base64
import os
import sys
import urllib.request

with open(os.environ['ORTHANC_PASSWORD_FILE'], encoding='utf-8') as secret:
    password = secret.readline().rstrip('\n')
user = os.environ.get('ORTHANC_USER', 'orthanc')
port = os.environ.get('ORTHANC_HTTP_PORT', '8042')
credentials = base64.b64encode('{}:{}'.format(user, password).encode('utf-8')).decode('ascii')
# /changes and not /system, which Orthanc answers without a look at its database.
request = urllib.request.Request(
    'http://127.0.0.1:{}/changes?last'.format(port),
    headers={'Authorization': 'Basic ' + credentials},
)
try:
    with urllib.request.urlopen(request, timeout=4) as answer:
        sys.exit(0 if answer.status == 200 else 1)
except OSError as error:
    print('Orthanc does not answer: {}'.format(type(error).__name__), file=sys.stderr)
    sys.exit(1)
