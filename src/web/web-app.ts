// The node's HTTP interface: status page, JSON, the button's request and the STOW-RS receiver.
import express, { type ErrorRequestHandler, type Express } from 'express';
import { z } from 'zod';
import { NodeError } from '../errors.ts';
import { SOFTWARE } from '../software.ts';
import { basicAuth } from './basic-auth.ts';
import { statusPage } from './status-page.ts';
import { receiveInstances } from './stow-receiver.ts';
import { STYLE_SHEET } from './style.ts';
import { summarise } from './summary.ts';
import type { WebParts } from './web-parts.ts';

const RerunRequest = z.strictObject({
  // PS3.5 9.1 without its rule on leading zeros: scanners break it, and their studies count as well.
  studyInstanceUid: z.string().regex(/^[0-9.]{1,64}$/, 'expected a DICOM UID'),
});

/** Pages hold no script at all, load nothing from elsewhere and are not kept by a shared browser. */
const SAFETY_HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy':
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

const STATUS_OF_DISPOSITION = { retry: 503, review: 500, reject: 400 } as const;

/** The express application; it neither listens nor holds state. */
export function createWebApp(parts: WebParts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use((_request, response, next) => {
    response.set(SAFETY_HEADERS);
    next();
  });
  app.get('/healthz', (_request, response) => {
    response.json({ status: 'ok', version: SOFTWARE.version });
  });
  app.use(basicAuth(parts.credentials));
  addPages(app, parts);
  addApi(app, parts);
  app.post('/dicom-web/studies', (request, response) => receiveInstances(parts, request, response));
  app.use((request, response) => {
    response.status(404).json({ error: `nothing is served at this address by ${request.method}` });
  });
  app.use(answerError(parts));
  return app;
}

function addPages(app: Express, parts: WebParts): void {
  app.get('/', (_request, response) => {
    response.type('html').send(statusPage(parts.exams(), SOFTWARE.version));
  });
  app.get('/style.css', (_request, response) => {
    response.type('css').send(STYLE_SHEET);
  });
}

function addApi(app: Express, parts: WebParts): void {
  app.get('/api/exams', (_request, response) => {
    response.json(parts.exams());
  });
  app.get('/api/exams/:id', (request, response) => {
    const exam = parts.exams().find(({ id }) => id === request.params.id);
    if (exam === undefined) response.status(404).json({ error: 'no exam has this id' });
    else response.json({ ...exam, summary: summarise(exam) });
  });
  // JSON only: a form on a foreign page cannot send that without the browser asking first.
  app.post('/api/rerun', express.json({ limit: '4kb' }), async (request, response) => {
    const asked = RerunRequest.safeParse(request.body);
    if (!asked.success) {
      const error = 'expected JSON such as {"studyInstanceUid": "1.2.3"}';
      response.status(400).json({ error });
      return;
    }
    const answer = await parts.rerun(asked.data.studyInstanceUid);
    parts.log.info({ route: '/api/rerun', outcome: answer.kind }, 're-run asked for');
    response.status(answer.kind === 'unknown-study' ? 404 : 202).json(answer);
  });
}

/** Says what failed in our own words; a foreign error stays in the log, where it is made safe. */
function answerError(parts: WebParts): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const status = statusOf(error);
    const level = status >= 500 ? 'error' : 'warn';
    parts.log[level]({ err: error, method: request.method, status }, 'request not answered');
    const own = error instanceof NodeError ? error.message : 'the request could not be answered';
    response.status(status).json({ error: own });
  };
}

/** 503 for what passes by itself, 400 for what never can; body-parser's errors bring their own. */
function statusOf(error: unknown): number {
  if (error instanceof NodeError) return STATUS_OF_DISPOSITION[error.disposition];
  const given = error instanceof Error && 'status' in error ? error.status : undefined;
  return typeof given === 'number' && given >= 400 && given < 500 ? given : 500;
}
