import { enrollAgent } from '@palate/core'
import {
  ChatCompletion,
  ChatCompletionChunk,
  ChatCompletionRequest,
  EnrollRequest,
  EnrollResponse,
  ModelList,
  ServedModel,
  WarmUpRequest,
} from '@palate/protocol'
import { z } from 'zod'
import { getModel, getModels, postChatCompletions } from '../chat/completions'
import { postWarmUp } from '../chat/warm-up'
import { getDownload, getObject, getProbe, maxProbeMebibytes } from './download'
import { getExport } from './export'
import { getHealth, Health } from './health'
import { describeRoutes } from './openapi'
import { putUpload, UploadResult } from './put-upload'
import { jsonRoute, type Route } from './route'

const bytes = { mediaType: 'application/octet-stream' }
const eventStream = { mediaType: 'text/event-stream', json: ChatCompletionChunk }
const range = {
  range: { in: 'header', description: 'One range of bytes, to resume a download.' },
} as const
const tus = {
  'tus-resumable': { in: 'header', required: true, description: 'Always `1.0.0`.' },
} as const
const uploadId = {
  uploadId: { in: 'path', description: 'The last part of the `Location` of the upload.' },
} as const

/** How a resumable upload goes on once it has begun. */
const goOn = (path: string, ticket: 'upload' | 'lease', what: string, handle: Route['handle']): Route[] => [
  {
    method: 'HEAD',
    path,
    summary: `Ask how many bytes of ${what} have arrived.`,
    ticket,
    parameters: { ...uploadId, ...tus },
    success: { status: 200, description: 'The number of bytes is in `Upload-Offset`.' },
    handle,
  },
  {
    method: 'PATCH',
    path,
    summary: `Send the next bytes of ${what}.`,
    ticket,
    parameters: {
      ...uploadId,
      ...tus,
      'upload-offset': { in: 'header', required: true, description: 'Where these bytes begin.' },
    },
    body: { mediaType: 'application/offset+octet-stream' },
    success: { status: 204, description: 'The bytes were stored; `Upload-Offset` says where to go on.' },
    handle,
  },
]

const chat: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/models',
    summary: 'List the models that answer, in the shape of the OpenAI API.',
    ticket: null,
    success: { status: 200, description: 'The active deployments.', content: [{ json: ModelList }] },
    handle: (c, { deps }) => getModels(c, deps),
  },
  {
    method: 'GET',
    path: '/v1/models/:model',
    summary: 'Describe a model that answers, in the shape of the OpenAI API.',
    ticket: null,
    parameters: { model: { in: 'path', description: 'The public name of the deployment.' } },
    success: { status: 200, description: 'The active deployment.', content: [{ json: ServedModel }] },
    handle: (c, { deps }) => getModel(c, deps),
  },
  jsonRoute({
    method: 'POST',
    path: '/v1/chat/completions',
    summary:
      'Ask a model, in the shape of the OpenAI API. Public and rate-limited; an API key of the workspace allows system messages.',
    ticket: null,
    body: ChatCompletionRequest,
    maxBytes: 512 * 1024,
    success: {
      status: 200,
      description:
        'The answer: with `stream`, server-sent events of chunks and at last `[DONE]`; without, one JSON object.',
      content: [{ json: ChatCompletion }, eventStream],
    },
    handle: (c, { chat }, request) => postChatCompletions(c, chat, request),
  }),
  jsonRoute({
    method: 'POST',
    path: '/v1/warm-up',
    summary: 'Open a model and its system prompt ahead of a first question. Public and rate-limited.',
    ticket: null,
    body: WarmUpRequest,
    maxBytes: 4096,
    success: { status: 202, description: 'Nothing waits for it.' },
    handle: (c, { chat }, request) => postWarmUp(c, chat, request),
  }),
  {
    method: 'GET',
    path: '/v1/openapi.json',
    summary: 'This description.',
    ticket: null,
    success: {
      status: 200,
      description: 'An OpenAPI 3.1 document.',
      content: [{ json: z.looseObject({ openapi: z.string() }) }],
    },
    handle: async (c) => c.json(describeRoutes(routes)),
  },
]

const files: readonly Route[] = [
  {
    method: 'GET',
    path: '/files/health',
    summary: 'Check that the hub and its database answer.',
    ticket: null,
    success: {
      status: 200,
      description: 'The database answered.',
      content: [{ json: Health }],
    },
    handle: getHealth,
  },
  {
    method: 'PUT',
    path: '/files/uploads/:uploadId',
    summary: 'Send the bytes of a dataset upload.',
    ticket: 'upload',
    parameters: { uploadId: { in: 'path', description: 'The id that `dataset.createUpload` gave.' } },
    body: bytes,
    success: { status: 200, description: 'What was stored.', content: [{ json: UploadResult }] },
    handle: (c, { deps }) => putUpload(c, deps),
  },
  {
    method: 'POST',
    path: '/files/uploads',
    summary: 'Begin the resumable upload (tus 1.0) of a model.',
    ticket: 'upload',
    parameters: {
      ...tus,
      'upload-length': { in: 'header', required: true, description: 'The size of the file in bytes.' },
    },
    success: { status: 201, description: 'The upload exists; `Location` names it by the id of its ticket.' },
    handle: (c, { uploads }) => uploads.handle(c),
  },
  ...goOn('/files/uploads/:uploadId', 'upload', 'an upload', (c, { uploads }) => uploads.handle(c)),
  {
    method: 'GET',
    path: '/files/download/:ticket',
    summary: 'Download a file.',
    ticket: null,
    parameters: { ticket: { in: 'path', description: 'The ticket that names the file.' }, ...range },
    success: { status: 200, description: 'The file.', content: [bytes] },
    handle: (c, { deps }) => getDownload(c, deps),
  },
  {
    method: 'GET',
    path: '/files/export/:ticket',
    summary: 'Download a model as a zip with its model card and checksums.',
    ticket: null,
    parameters: { ticket: { in: 'path', description: 'The ticket that `model.exports` gave.' }, ...range },
    success: { status: 200, description: 'The zip.', content: [{ mediaType: 'application/zip' }] },
    handle: (c, { deps }) => getExport(c, deps),
  },
]

const agents: readonly Route[] = [
  jsonRoute({
    method: 'POST',
    path: '/files/agents/enroll',
    summary: 'Enroll an agent: exchange a one-time code for a credential.',
    ticket: null,
    body: EnrollRequest,
    maxBytes: 4096,
    success: {
      status: 200,
      description: 'The credential, which is shown once.',
      content: [{ json: EnrollResponse }],
    },
    handle: async (c, { deps }, request) => c.json(await enrollAgent(deps, request)),
  }),
  {
    method: 'GET',
    path: '/files/objects/:sha256',
    summary: 'Fetch an input of a leased run, or weights to serve.',
    ticket: 'lease or serve',
    parameters: {
      sha256: { in: 'path', description: 'The SHA-256 of the content, in hexadecimal.' },
      ...range,
    },
    success: { status: 200, description: 'The content.', content: [bytes] },
    handle: (c, { deps }) => getObject(c, deps),
  },
  {
    method: 'GET',
    path: '/files/probe/:mebibytes',
    summary: 'Fetch random bytes, to measure the connection to the hub.',
    ticket: 'lease',
    parameters: { mebibytes: { in: 'path', description: `From 1 to ${maxProbeMebibytes}.` } },
    success: { status: 200, description: 'Random bytes.', content: [bytes] },
    handle: (c, { deps }) => getProbe(c, deps),
  },
  {
    method: 'POST',
    path: '/files/artifacts',
    summary: 'Begin the resumable upload (tus 1.0) of an artifact.',
    ticket: 'lease',
    parameters: {
      ...tus,
      'upload-length': { in: 'header', required: true, description: 'The size of the file in bytes.' },
      'upload-metadata': {
        in: 'header',
        required: true,
        description: 'The keys `path`, `role` and `sha256`, as tus encodes them.',
      },
    },
    success: { status: 201, description: 'The upload exists; `Location` names it.' },
    handle: (c, { artifacts }) => artifacts.handle(c),
  },
  ...goOn('/files/artifacts/:uploadId', 'lease', 'an artifact', (c, { artifacts }) => artifacts.handle(c)),
]

/** Every HTTP route of the hub. `docs/openapi.json` is generated from this list. */
export const routes: readonly Route[] = [...chat, ...files, ...agents]
