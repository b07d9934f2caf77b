/** A real Jaeger of a test's own, on loopback, that keeps its traces in memory. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePorts } from './free-ports.ts';

export interface Jaeger {
  /** Of OTLP over HTTP. */
  otlpHttp: string;
  /** Of its page and of `/api/v3`. */
  page: string;
  close(): Promise<void>;
}

export async function startJaeger(program: string): Promise<Jaeger> {
  const directory = await mkdtemp(join(tmpdir(), 'cleangrid-jaeger-'));
  const [grpc, http, page, pageGrpc] = await freePorts(4);
  const file = join(directory, 'jaeger.json');
  await writeFile(file, JSON.stringify(configuration({ grpc, http, page, pageGrpc })));
  const child = spawn(program, ['--config', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await ready(child);
  } catch (error) {
    await close();
    throw error;
  }
  return { otlpHttp: `http://127.0.0.1:${http}`, page: `http://127.0.0.1:${page}`, close };
}

/** YAML, of which JSON is a part. */
function configuration(ports: Record<'grpc' | 'http' | 'page' | 'pageGrpc', number | undefined>): object {
  const at = (port: number | undefined) => ({ endpoint: `127.0.0.1:${port}` });
  return {
    service: {
      extensions: ['jaeger_storage', 'jaeger_query'],
      pipelines: { traces: { receivers: ['otlp'], exporters: ['jaeger_storage_exporter'] } },
      telemetry: { metrics: { level: 'none' } },
    },
    extensions: {
      jaeger_storage: { backends: { memory: { memory: { max_traces: 10_000 } } } },
      jaeger_query: { storage: { traces: 'memory' }, http: at(ports.page), grpc: at(ports.pageGrpc) },
    },
    receivers: { otlp: { protocols: { grpc: at(ports.grpc), http: at(ports.http) } } },
    exporters: { jaeger_storage_exporter: { trace_storage: 'memory' } },
  };
}

async function ready(child: ChildProcess): Promise<void> {
  if (child.stderr === null) throw new Error('Jaeger has no standard error');
  // Read to the end of its life: a full pipe would stop it.
  const lines = createInterface(child.stderr);
  const said: string[] = [];
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      if (said.length < 100) said.push(line);
      if (line.includes('Everything is ready')) resolve();
    });
    lines.on('close', () => reject(new Error(`Jaeger ended:\n${said.join('\n')}`)));
  });
}
