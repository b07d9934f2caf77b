/** For tests: what can be wrong with how a service is kept, reset and reached. */

import { suiteWith } from './compile-text.ts';
import type { ProblemCase } from './problem-case.ts';

const service = (text: string): string => suiteWith({ service: text });
const reset = (text: string): string => service(`reset = { ${text} }`);
const step = (text: string): string => suiteWith({ step: text });

export const serviceProblemCases: readonly ProblemCase[] = [
  [service('isolation = <CG1203>"exclusive"'), '`exclusive` is not one of `reset`, `shared`, `fresh`'],
  [reset('strategy = <CG1203>"postgres.templat"'), '`postgres.templat` is not one of'],
  [service('reset = <CG1104>{ probe = ["true"] }'), 'a reset needs `strategy`'],
  [service('reset = <CG1104>{ strategy = "exec" }'), 'the strategy `exec` needs `command`'],
  [reset('strategy = "exec", command = <CG1105>[]'), 'a command needs a program'],
  [service('ready = <CG1602>[{ log = "x" }]\nreset.strategy = "restart"'), 'a `log` probe would find'],
  [reset('strategy = "restart", <CG1106>command = ["x"]'), '`command` is for the strategy `exec`'],
  [reset('strategy = "redis.flush", <CG1106>database = "one"'), 'not for `redis.flush`'],
  [reset('strategy = "none", <CG1106>user = "u", <CG1106>setup = []'), 'not for `none`'],
  [reset('strategy = "postgres.schema", database = <CG1204>"a b"'), '`a b` cannot be used'],
  [reset(`strategy = "postgres.schema", user = <CG1204>"${'ü'.repeat(32)}"`), 'at most 63 bytes'],
  [reset('strategy = "postgres.template", database = <CG1204>"template1"'), 'makes databases from'],
  [reset('strategy = "postgres.template", setup = [<CG1501>"gone.sql"]'), 'the workspace has no `gone.sql`'],
  [reset('strategy = "postgres.template", setup = [<CG1206>"../a.sql"]'), 'leaves the workspace'],
  [service('port = <CG1202>0'), 'not between 1 and 65535'],
  [service('max_uses = <CG1202>0'), 'not between 1 and 1000000'],
  [service('max_age = <CG1202>"25h"'), 'longer than a day'],
  [service('max_containers = <CG1202>0'), 'not between 1 and 1000'],
  [service('prewarm = <CG1202>1001'), 'not between 0 and 1000'],
  [service('health_interval = <CG1202>"999ms"'), 'more often than every 1s'],
  [suiteWith({ scenario: 'pollution_check = <CG1103>1' }), 'expected true or false'],
  ...['postgres.truncate', 'postgres.schema', 'redis.flush', 'restart', 'recreate'].map(
    (strategy): ProblemCase => [
      service(`isolation = <CG1601>"shared"\nreset.strategy = "${strategy}"`),
      `with the reset \`${strategy}\`, scenarios that share the service would see each other's work`,
    ],
  ),
  [
    service('isolation = <CG1601>"shared"\nreset = { strategy = "exec", command = ["x"] }'),
    "see each other's work",
  ],
  [service('isolation = "fresh"\nreset = <CG1602>{ strategy = "restart" }'), 'never reset'],
  [
    service('isolation = "fresh"\nreset = <CG1602>{ strategy = "postgres.schema", probe = ["x"] }'),
    'with `isolation = "fresh"` there is nothing to probe',
  ],
  [service('isolation = <CG1601>"shared"'), 'with the reset `recreate`'],
  [service('max_uses = <CG1602>2'), 'with `recreate` a container is used once'],
  [service('reset = <CG1602>{ strategy = "recreate", probe = ["x"] }'), 'with `recreate` there is nothing'],
  [service('reset.strategy = "recreate"\nmax_uses = <CG1602>2'), 'with `recreate` a container is used once'],
  [service('isolation = "fresh"\nmax_uses = <CG1602>2'), 'a container is used once'],
  [
    service('max_containers = 2\nprewarm = <CG1602>3'),
    '3 containers are more than its `max_containers` of 2',
  ],

  [service('[services.a_1]\nimage = "i"\n[services.<CG1603>a-1]\nimage = "i"'), 'like `CLEANGRID_A_1_HOST`'],
  [step('run = "<CG1604>${services.db.port}"'), '`${services.db.port}` is not known'],
  [step('run = "<CG1604>${services.db.database}"'), '`${services.db.database}` is not known'],
  [step('run = "<CG1604>${services.db.url}"'), '`${services.db.url}` is not known'],
  [
    suiteWith({ service: 'port = 80', step: 'run = "x ${services.db.port} <CG1604>${services.db.url}"' }),
    '`${services.db.url}` is not known',
  ],
];
