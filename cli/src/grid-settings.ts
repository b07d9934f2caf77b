/** Every setting of coordinator, agent, and whoever calls a coordinator: as flags, in the environment, in the configuration file. */

import type { Setting } from './settings.ts';

type TlsName = 'tls-cert' | 'tls-key' | 'tls-ca' | 'token-file' | 'insecure';
type ProcessName =
  | TlsName
  | 'nats'
  | 'nats-creds'
  | 'nats-cert'
  | 'nats-key'
  | 'nats-ca'
  | 'state-dir'
  | 'health'
  | 'log-level';
export type OtlpName = 'otlp-endpoint' | 'otlp-protocol' | 'otlp-headers' | 'otlp-ca';
export type TraceName = 'trace-url';
export type CoordinatorName = ProcessName | OtlpName | TraceName | 'listen';
export type AgentName = ProcessName | OtlpName | 'coordinator' | 'name' | 'slots' | 'image-alias';
export type ClientName = TlsName | 'grid';

const tls: readonly Setting<TlsName>[] = [
  {
    name: 'tls-cert',
    takes: 'file',
    variable: 'CLEANGRID_TLS_CERT',
    help: 'certificate to show to the other end, PEM',
  },
  { name: 'tls-key', takes: 'file', variable: 'CLEANGRID_TLS_KEY', help: 'key of that certificate' },
  {
    name: 'tls-ca',
    takes: 'file',
    variable: 'CLEANGRID_TLS_CA',
    help: "CA that signed the other end's certificate",
  },
  {
    name: 'token-file',
    takes: 'file',
    variable: null,
    help: 'file with the token that all of a grid share; the token itself may be in CLEANGRID_TOKEN',
  },
  {
    name: 'insecure',
    takes: null,
    variable: 'CLEANGRID_INSECURE',
    help: 'plain text, and no token, also beyond loopback: only in a network that you trust',
  },
];

const everyProcess: readonly Setting<Exclude<ProcessName, TlsName>>[] = [
  {
    name: 'nats',
    takes: 'urls',
    variable: 'CLEANGRID_NATS',
    help: 'NATS servers, separated by commas; a URL may hold user and password',
    fallback: 'nats://127.0.0.1:4222',
  },
  {
    name: 'nats-creds',
    takes: 'file',
    variable: 'CLEANGRID_NATS_CREDS',
    help: 'credentials for NATS',
  },
  { name: 'nats-cert', takes: 'file', variable: 'CLEANGRID_NATS_CERT', help: 'certificate for NATS' },
  { name: 'nats-key', takes: 'file', variable: 'CLEANGRID_NATS_KEY', help: 'key of that certificate' },
  { name: 'nats-ca', takes: 'file', variable: 'CLEANGRID_NATS_CA', help: 'CA of the NATS servers' },
  {
    name: 'health',
    takes: 'host:port',
    variable: 'CLEANGRID_HEALTH',
    help: 'serve /healthz, /readyz and /metrics over HTTP there',
  },
  {
    name: 'log-level',
    takes: 'level',
    variable: 'CLEANGRID_LOG',
    help: 'show the log on stderr, from this level',
  },
];

export const otlpSettings: readonly Setting<OtlpName>[] = otlpSettingsFor('spans');

function otlpSettingsFor(what: string): readonly Setting<OtlpName>[] {
  return [
    {
      name: 'otlp-endpoint',
      takes: 'url',
      variable: 'OTEL_EXPORTER_OTLP_ENDPOINT',
      help: `send ${what} there`,
    },
    {
      name: 'otlp-protocol',
      takes: 'name',
      variable: 'OTEL_EXPORTER_OTLP_PROTOCOL',
      help: 'how: http/protobuf or grpc',
      fallback: 'http/protobuf',
    },
    {
      name: 'otlp-headers',
      takes: 'name=value,…',
      variable: 'OTEL_EXPORTER_OTLP_HEADERS',
      help: 'headers of every post; values as in URLs',
    },
    {
      name: 'otlp-ca',
      takes: 'file',
      variable: 'OTEL_EXPORTER_OTLP_CERTIFICATE',
      help: 'CA that signed the certificate of the endpoint, PEM',
    },
  ];
}

export const traceSettings: readonly Setting<TraceName>[] = [
  {
    name: 'trace-url',
    takes: 'url',
    variable: 'CLEANGRID_TRACE_URL',
    help: 'where traces can be looked at: the address of a Jaeger, or a URL with {trace} in it',
  },
];

export const coordinatorSettings: readonly Setting<CoordinatorName>[] = [
  {
    name: 'listen',
    takes: 'host:port',
    variable: 'CLEANGRID_LISTEN',
    help: 'where agents and callers connect to',
    fallback: '127.0.0.1:7443',
  },
  ...everyProcess,
  {
    name: 'state-dir',
    takes: 'folder',
    variable: null,
    help: 'holds runs, workspace files and the log',
    usually: 'coordinator in the state directory',
  },
  ...otlpSettingsFor('spans and metrics'),
  ...traceSettings,
  ...tls,
];

export const agentSettings: readonly Setting<AgentName>[] = [
  {
    name: 'coordinator',
    takes: 'host:port',
    variable: 'CLEANGRID_GRID',
    help: 'the coordinator to work for',
    fallback: '127.0.0.1:7443',
  },
  {
    name: 'name',
    takes: 'name',
    variable: 'CLEANGRID_AGENT',
    help: 'what it is called; no two agents of a grid have one name',
    usually: 'the name of this host',
  },
  {
    name: 'slots',
    takes: 'n',
    variable: 'CLEANGRID_SLOTS',
    help: 'scenarios that run at once',
    usually: 'the number of CPUs',
  },
  {
    name: 'image-alias',
    takes: 'from=to',
    variable: 'CLEANGRID_IMAGE_ALIASES',
    help: 'use the image TO where a suite says FROM; repeatable',
    isList: true,
  },
  ...everyProcess,
  {
    name: 'state-dir',
    takes: 'folder',
    variable: null,
    help: 'holds the ledger of its containers, workspace files and the log',
    usually: 'agents/NAME in the state directory',
  },
  ...otlpSettingsFor('metrics'),
  ...tls,
];

/** Of commands that are for a grid or for this machine. */
export const clientSettings: readonly Setting<ClientName>[] = clientSettingsFor(
  'the coordinator of a grid, instead of this machine',
);

/** Of commands that are for a grid alone. */
export const gridSettings: readonly Setting<ClientName>[] = clientSettingsFor('the coordinator of the grid');

function clientSettingsFor(help: string): readonly Setting<ClientName>[] {
  return [{ name: 'grid', takes: 'host:port', variable: 'CLEANGRID_GRID', help }, ...tls];
}
