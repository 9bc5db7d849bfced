// Orthanc Explorer (jQuery Mobile): the "Run CineMyoPS" button on the study and the series page.
(function () {
  var POLL_MS = 1000;
  var FINAL_STATES = ['done', 'refused', 'failed', 'unreachable', 'unlisted', 'none'];
  var LABELS = {
    asking: 'asking the node',
    queued: 'queued',
    waiting: 'waiting for the rest of the exam',
    running: 'running',
    done: 'done',
    refused: 'refused',
    failed: 'failed',
    unreachable: 'not sent',
    unlisted: 'no longer listed',
  };

  function show(status, answer) {
    if (answer.state === 'none') return;
    var text = 'CineMyoPS: ' + (LABELS[answer.state] || answer.state);
    status
      .attr('data-state', answer.state)
      .text(answer.message ? text + '. ' + answer.message : text);
  }

  function poll(url, status) {
    $.getJSON(url + '/state')
      .done(function (answer) {
        show(status, answer);
        // A page that was left takes its status line with it.
        var isShown = $.contains(document.documentElement, status.get(0));
        if (isShown && FINAL_STATES.indexOf(answer.state) === -1)
          setTimeout(poll, POLL_MS, url, status);
      })
      .fail(function () {
        show(status, { state: 'failed', message: 'Orthanc does not answer.' });
      });
  }

  function run(url, status) {
    $.ajax({ url: url + '/run', type: 'POST', dataType: 'json', data: '{}' })
      .done(function (answer) {
        show(status, answer);
        poll(url, status);
      })
      .fail(function () {
        show(status, { state: 'failed', message: 'Orthanc refused the request.' });
      });
  }

  function addButton(page, level) {
    $('#' + page).live('pagebeforeshow', function () {
      var uuid = $.mobile.pageData && $.mobile.pageData.uuid;
      if (!uuid) return;
      // Orthanc Explorer keeps one page element for all studies: what the last one left must go.
      $('#cinemyops-' + page).remove();
      var url = '../cinemyops/' + level + '/' + uuid;
      var status = $('<p role="status">');
      var button = $('<a>')
        .attr({ href: '#', 'data-role': 'button', 'data-icon': 'refresh', 'data-theme': 'e' })
        .text('Run CineMyoPS')
        .click(function (event) {
          event.preventDefault();
          run(url, status);
        });
      $('<div>')
        .attr('id', 'cinemyops-' + page)
        .append(button, status)
        .insertAfter('#' + page + '-info');
      button.button();
      poll(url, status);
    });
  }

  addButton('study', 'studies');
  addButton('series', 'series');
})();
