// The style sheet of the status page, served as a file of its own so that no inline style is needed.

export const STYLE_SHEET = `
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
body { margin: 1.5rem auto; max-width: 80rem; padding: 0 1rem; }
h1 { font-size: 1.4rem; margin-bottom: 0.25rem; }
.notice { border-left: 4px solid #c60; margin: 0 0 1rem; padding: 0.2rem 0.6rem; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: 0.35rem 0.6rem; text-align: left; vertical-align: baseline; }
thead th { border-bottom: 2px solid #8888; font-size: 0.85rem; }
tbody { border-bottom: 1px solid #8886; }
td.number { font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap; }
.state { border-radius: 0.6rem; padding: 0.05rem 0.5rem; white-space: nowrap; }
.done, .delivered { background: #2a72; }
.queued, .waiting, .running, .pending { background: #28f3; }
.refused { background: #c904; }
.failed { background: #d335; }
.remarks td { padding-top: 0; font-size: 0.85rem; }
.remarks ul { margin: 0 0 0.3rem; padding-left: 1.2rem; }
footer { margin-top: 1rem; font-size: 0.85rem; }
`;
