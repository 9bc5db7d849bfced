"""Orthanc plug-in: a "Run CineMyoPS" button, and the REST routes that it calls.

POST /cinemyops/{studies|series}/{Orthanc id}/run    asks the node to analyse the study again
GET  /cinemyops/{studies|series}/{Orthanc id}/state  what is known of that request

Both answer at once with {"state", "message"}. The node is asked from a thread of its own: a REST
callback that waited for a node that hangs would hold up everybody who uses Orthanc.
"""

import base64
import json
import os
import threading
import time
import urllib.error
import urllib.request

import orthanc

SETTINGS = json.loads(orthanc.GetConfiguration()).get('CineMyoPS', {})
EXPLORER_SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'explorer.js')
REFRESH_SECONDS = 1.0
MAXIMUM_REQUESTS = 200
# States from which nothing follows without another click.
FINAL_STATES = ('done', 'refused', 'failed', 'unreachable', 'unlisted')

# What a person sees when the node no longer lists an exam that it was asked for.
NOT_LISTED = (
    'The study was deleted or has no MR images, or newer exams took its place on the page of the node.'
)

requests_lock = threading.Lock()
# Orthanc's study id -> {'state', 'message', 'exam', 'askedAt'}, the oldest first.
requests_by_study = {}


def call_node(method, path, payload=None):
    """Sends one request to the node and returns the JSON of its answer."""
    credentials = '{}:{}'.format(SETTINGS['User'], SETTINGS['Password']).encode('utf-8')
    request = urllib.request.Request(
        SETTINGS['Url'] + path,
        method=method,
        data=None if payload is None else json.dumps(payload).encode('utf-8'),
        headers={
            'Authorization': 'Basic ' + base64.b64encode(credentials).decode('ascii'),
            'Content-Type': 'application/json',
        },
    )
    # An empty ProxyHandler: the node is a neighbour, never behind the machine's web proxy.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=SETTINGS.get('TimeoutSeconds', 5)) as answer:
        return json.loads(answer.read())


def remember(study, **changes):
    """Merges changes into what is known of a study's request, and forgets the oldest requests."""
    with requests_lock:
        known = requests_by_study.pop(study, {'state': 'asking', 'message': '', 'exam': None})
        requests_by_study[study] = {**known, **changes, 'askedAt': time.monotonic()}
        while len(requests_by_study) > MAXIMUM_REQUESTS:
            del requests_by_study[next(iter(requests_by_study))]


def explain(error):
    """The sentence that a person sees when the node could not be asked."""
    if isinstance(error, urllib.error.HTTPError):
        if error.code == 401:
            return 'The node refused the password: compare CINEMYOPS_WEB_PASSWORD on both sides.'
        if error.code == 404:
            return 'The node does not find this study in the Orthanc that it watches.'
        return 'The node answered with HTTP status {}.'.format(error.code)
    if isinstance(error, KeyError):
        return "Orthanc's configuration lacks {} in its section CineMyoPS.".format(error)
    return 'The node cannot be reached: is `cinemyops serve` running?'


def attempt(study, action):
    """Runs an action that speaks with the node; a failure becomes the study's state."""
    try:
        action()
    except Exception as error:  # the thread's last resort: the person must see that it failed
        orthanc.LogWarning('CineMyoPS: {}'.format(type(error).__name__))
        remember(study, state='unreachable', message=explain(error))


def ask_for_rerun(study, study_instance_uid):
    def action():
        answer = call_node('POST', '/api/rerun', {'studyInstanceUid': study_instance_uid})
        remember(study, state='queued', message='', exam=answer['id'])

    attempt(study, action)


def ask_for_state(study, exam):
    def action():
        try:
            status = call_node('GET', '/api/exams/' + exam)
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise
            remember(study, state='unlisted', message=NOT_LISTED)
            return
        remember(study, state=status['work'], message=status.get('summary', ''))

    attempt(study, action)


def in_background(function, *arguments):
    threading.Thread(target=function, args=arguments, daemon=True).start()


def study_of(level, resource):
    """Orthanc's id and the Study Instance UID of the study that a study or series page shows.

    None and None when Orthanc has no such resource.
    """
    uri = '/studies/' + resource if level == 'studies' else '/series/' + resource + '/study'
    try:
        study = json.loads(orthanc.RestApiGet(uri))
    except orthanc.OrthancException:
        return None, None
    return study['ID'], study['MainDicomTags']['StudyInstanceUID']


def answer_state(output, study):
    with requests_lock:
        known = requests_by_study.get(study, {'state': 'none', 'message': ''})
    answer = {'state': known['state'], 'message': known['message']}
    output.AnswerBuffer(json.dumps(answer), 'application/json')


def on_run(output, uri, **request):
    if request['method'] != 'POST':
        output.SendMethodNotAllowed('POST')
        return
    study, study_instance_uid = study_of(*request['groups'])
    if study is None:
        output.SendHttpStatusCode(404)
        return
    remember(study, state='asking', message='', exam=None)
    in_background(ask_for_rerun, study, study_instance_uid)
    answer_state(output, study)


def on_state(output, uri, **request):
    if request['method'] != 'GET':
        output.SendMethodNotAllowed('GET')
        return
    study, _ = study_of(*request['groups'])
    if study is None:
        output.SendHttpStatusCode(404)
        return
    with requests_lock:
        known = requests_by_study.get(study)
    is_open = known is not None and known['exam'] is not None and known['state'] not in FINAL_STATES
    if is_open and time.monotonic() - known['askedAt'] > REFRESH_SECONDS:
        in_background(ask_for_state, study, known['exam'])
    answer_state(output, study)


with open(EXPLORER_SCRIPT, encoding='utf-8') as script:
    orthanc.ExtendOrthancExplorer(script.read())
orthanc.RegisterRestCallback('/cinemyops/(studies|series)/([-0-9a-f]+)/run', on_run)
orthanc.RegisterRestCallback('/cinemyops/(studies|series)/([-0-9a-f]+)/state', on_state)
