import { expect, test } from 'vitest';
import { compileText, expectedSpans, plannedScenario, suiteWith } from './compile-text.ts';
import { renderPlanJson, renderPlanText } from './render-plan.ts';

const text = `
[suite]
name = "orders"
version = "2"
[vars]
user = "alice"
[services.db]
image = "postgres:15"
env = { USER = "\${vars.user}", EMPTY = "" }
command = ["postgres", "-c", "fsync=off"]
tmpfs = ["/data"]
mounts = [{ source = ".", target = "/init", read_only = true }]
ready = [{ port = 5432 }, { exec = ["pg_isready"] }, { log = "ready" }, { http = { port = 80 } }, { health = true }]
limits = { memory = "256MiB", cpus = 0.5, pids = 128 }
reset = { strategy = "postgres.template", database = "app", setup = ["a.cleangrid.toml"], probe = ["clean"] }
max_uses = 1
max_containers = 2
prewarm = 2
[services.cache]
image = "redis:7"
isolation = "fresh"
max_age = "5min"
health_interval = "1min"
[services.web]
image = "web"
port = 80
reset = { strategy = "exec", command = ["reset", "all"] }
[[scenario]]
name = "checkout"
tags = ["smoke"]
retries = 1
pollution_check = true
services = ["cache", "web"]
image = "debian:12-slim"
[[scenario.setup]]
in = "db"
run = "make"
capture = { a = { stdout = "x" }, b = { json = "$.b" }, c = { exit = true } }
[[scenario.steps]]
name = "all"
run = "echo \\"\${vars.user}\\"\\necho"
env = { A = "\${captures.a}" }
workdir = "/w"
user = "u"
stdin = "in"
continue_on_failure = true
[scenario.steps.expect]
processes = "keep"
exit = [0, 2]
duration = { lt = "500ms" }
stderr = { empty = true }
[scenario.steps.expect.stdout]
contains = "a\\nb"
not_contains = "c"
matches = "d"
not_matches = "e"
json = { "$.f" = 1 }
[[scenario]]
name = "unit"
order = "independent"
image = "node:24"
steps = [{ command = ["node", "\${services.db.host}"], stdin = { file = "a.cleangrid.toml" }, expect = { exit = { signal = "SIGTERM" }, stdout = { lines = ["a"] } } }, { run = "x", expect = { exit = "any", stdout = { equals = "a" } } }, { run = "y", merge_output = true, expect = { exit = { not = 0 }, stdout = { empty = false } } }]
`;

const { plan, problems } = compileText(text);

test('shows the plan as a tree with every value resolved that can be known', () => {
  expect(problems).toEqual([]);
  expect(plan && renderPlanText(plan, (_style, shown) => shown)).toMatchInlineSnapshot(`
    "orders 2 a.cleangrid.toml
    ├─ service db: postgres:15
    │  ├─ env USER=alice
    │  ├─ env EMPTY=""
    │  ├─ command postgres -c fsync=off
    │  ├─ tmpfs /data
    │  ├─ mount . on /init, read only
    │  ├─ ready port 5432 accepts connections
    │  ├─ ready pg_isready exits with 0
    │  ├─ ready its log matches /ready/
    │  ├─ ready GET / on port 80 answers 200
    │  ├─ ready the health check of its image
    │  ├─ ready within 1min
    │  ├─ limits memory 256 MiB, cpus 0.5, pids 128
    │  ├─ port 5432
    │  ├─ isolation reset
    │  ├─ reset postgres.template of the database app as postgres, set up by a.cleangrid.toml, clean when clean exits with 0
    │  └─ kept at most 1h, at most 1 use, at most 2 containers, 2 containers ahead, health asked every 10s
    ├─ service cache: redis:7
    │  ├─ ready within 1min
    │  ├─ isolation fresh
    │  └─ kept at most 5min, health asked every 1min
    ├─ service web: web
    │  ├─ ready within 1min
    │  ├─ port 80
    │  ├─ isolation reset
    │  ├─ reset exec reset all
    │  └─ kept at most 1h, health asked every 10s
    ├─ checkout (services cache, db, web · image debian:12-slim · timeout 30min · retries 1 · pollution check · tags smoke)
    │  ├─ setup make in db
    │  │  ├─ run make
    │  │  ├─ timeout 5min
    │  │  ├─ expect exit 0
    │  │  ├─ capture a from stdout by /x/
    │  │  ├─ capture b from stdout at $.b
    │  │  └─ capture c from the exit code
    │  └─ all
    │     ├─ run "echo \\"\${cleangrid_vars_user}\\"\\necho"
    │     ├─ env cleangrid_vars_user=alice
    │     ├─ env A=\${captures.a}
    │     ├─ workdir /w
    │     ├─ user u
    │     ├─ stdin in
    │     ├─ timeout 5min
    │     ├─ on failure continue
    │     ├─ processes kept until the scenario ends
    │     ├─ expect exit 0 or 2
    │     ├─ expect stdout contains "a\\nb"
    │     ├─ expect stdout does not contain "c"
    │     ├─ expect stdout matches /d/
    │     ├─ expect stdout does not match /e/
    │     ├─ expect stdout $.f = 1
    │     ├─ expect stderr is empty
    │     └─ expect duration < 500ms
    └─ unit (services db · image node:24 · timeout 30min · independent steps)
       ├─ node \${services.db.host}
       │  ├─ command node \${services.db.host}
       │  ├─ stdin file a.cleangrid.toml
       │  ├─ timeout 5min
       │  ├─ expect exit by SIGTERM
       │  └─ expect stdout has the lines ["a"]
       ├─ x
       │  ├─ run x
       │  ├─ timeout 5min
       │  ├─ expect exit any
       │  └─ expect stdout equals "a"
       └─ y
          ├─ run y
          ├─ timeout 5min
          ├─ output both streams as one
          ├─ expect exit not 0
          └─ expect stdout is not empty

    1 suite, 2 scenarios, 5 steps"
  `);
});

test('shows the plan as JSON that is the plan', () => {
  expect(plan && JSON.parse(renderPlanJson(plan))).toEqual(plan);
});

test('shows what is expected of spans above the steps', () => {
  const bare = suiteWith({});
  const spans = expectedSpans(
    suiteWith({ scenario: 'expect.status.all = "ok"\nexpect.graph.acyclic = true' }),
  );
  const scenario = { ...plannedScenario(bare), spans };
  const { plan } = compileText(bare);
  const shown = plan && renderPlanText({ ...plan, scenarios: [scenario] }, (_style, text) => text);
  expect(shown?.match(/.*expect .*span.*/gu)).toEqual([
    '   ├─ expect no span that is its own ancestor',
    '   ├─ expect status ok of every span',
  ]);
});
