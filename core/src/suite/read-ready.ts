/** `ready` of a service: what must hold before anybody uses it. */

import type { ReadyProbe } from '../plan.ts';
import { type Decoder, list, mapped, optional, required, scalar, table, wrongKind } from './decoder.ts';
import { quoted } from './problem.ts';
import { argv } from './read-argv.ts';
import { pattern } from './read-expectations.ts';
import { integer, port, refined, text } from './read-values.ts';

interface WrittenProbe {
  port: ReadyProbe | null;
  exec: ReadyProbe | null;
  log: ReadyProbe | null;
  http: ReadyProbe | null;
  health: ReadyProbe | null;
}

const http: Decoder<ReadyProbe> = mapped(
  table<{ port: number; path: string; status: number }>({
    what: 'an http probe',
    fields: {
      port: required('port', port),
      path: optional(
        'path',
        refined(text, (path) =>
          /^\/[!-~]*$/u.test(path)
            ? null
            : ['CG1206', `${quoted(path)} is not the path of a URL`, 'it starts with `/`'],
        ),
        '/',
      ),
      status: optional('status', integer(100, 599), 200),
    },
  }),
  (probe): ReadyProbe => ({ kind: 'http', ...probe }),
);

const health: Decoder<ReadyProbe> = scalar((tree, scope) =>
  tree.kind === 'boolean' && tree.value
    ? { kind: 'health' }
    : wrongKind(tree, 'expected `true`, for the HEALTHCHECK of the image', scope),
);

const probeKeys = ['port', 'exec', 'log', 'http', 'health'];

const probe: Decoder<ReadyProbe> = mapped(
  table<WrittenProbe>({
    what: 'a ready probe',
    fields: {
      port: optional(
        'port',
        mapped(port, (number): ReadyProbe => ({ kind: 'port', port: number })),
        null,
      ),
      exec: optional(
        'exec',
        mapped(argv, (words): ReadyProbe => ({ kind: 'exec', argv: words })),
        null,
      ),
      log: optional(
        'log',
        mapped(pattern, (written): ReadyProbe => ({ kind: 'log', pattern: written })),
        null,
      ),
      http: optional('http', http, null),
      health: optional('health', health, null),
    },
    notYet: ['span'],
    check: (tree, scope) => {
      if (probeKeys.filter((key) => tree.entries.has(key)).length === 1) return;
      const message = 'a ready probe is exactly one of port, exec, log, http, health';
      scope.report(tree.span, { code: 'CG1106', message });
    },
  }),
  (written) => Object.values(written).find((one) => one !== null),
);

export const readyProbes: Decoder<ReadyProbe[]> = list('ready is a list of probes: [{ … }]', probe);
