/** The ends of the help texts: examples, exit codes, what wins. */

export const programExamples: string = `
Examples:
  cleangrid run tests/                 run every suite in a folder
  cleangrid run --select checkout      run the scenarios with "checkout" in their name
  cleangrid validate                   check the suites below the current folder
  cleangrid show latest                look at the last run again
  cleangrid trace latest               see where its time went
  cleangrid doctor                     find out why nothing works

Exit codes:
  0 all passed · 1 something failed · 2 wrong suite or usage · 3 the grid's fault (Docker, disk, …)
  4 cancelled · 6 no scenario was selected`;

export const runExamples: string = `
Examples:
  cleangrid run examples/orders
  cleangrid run --select orders.cleangrid.toml:42
  cleangrid run --tag smoke --tag '!slow' tests/
  cleangrid run --var user=alice --junit out/junit.xml tests/

Ctrl-C cancels the run, removes its containers and exits with 4; a second Ctrl-C stops at once.`;

export const validateExamples: string = `
Examples:
  cleangrid validate tests/
  cleangrid validate --format github tests/       annotations beside the lines of a pull request

Exits with 2 when something is wrong. Warnings alone are no error.`;

export const planExamples: string = `
Examples:
  cleangrid plan tests/
  cleangrid plan --tag smoke --json tests/ | jq '.scenarios[].name'`;

export const runsExamples: string = `
Examples:
  cleangrid runs
  cleangrid runs --limit 100`;

export const showExamples: string = `
Examples:
  cleangrid show latest                the scenarios and steps of the last run
  cleangrid show k3f9                  the run whose id begins with k3f9
  cleangrid show latest 17             step 17 of that list: command, verdict, output, where it ran
  cleangrid show latest "insert"       the step with "insert" in its name`;

export const poolExamples: string = `
Examples:
  cleangrid pool                       what is kept, and when it goes
  cleangrid pool rm db                 remove the containers of the service db
  cleangrid pool rm --all
  cleangrid pool rm --orphans          remove what state directories that are gone have left`;

export const leaseExamples: string = `
Examples:
  cleangrid lease redis:7 --ttl 30min
  cleangrid lease postgres:15 --env POSTGRES_PASSWORD=secret
  cleangrid lease debian:12-slim -- sleep infinity
  cleangrid lease ls`;

export const shellExamples: string = `
Examples:
  cleangrid shell db                            a terminal where the service db runs
  cleangrid shell db -- psql -U postgres
  cleangrid shell cleangrid-3f2a < script.sh    without a terminal, as a pipe

Ends with the exit code of what ran there. No run gets the container of a service any more: it is removed when you leave.`;

export const doctorExamples: string = `
Exits with 3 when there is a problem. Warnings alone are no problem.`;

const precedence = `
A flag wins over the environment, the environment over the configuration file, the file over the default.`;

export const logsExamples: string = `
Examples:
  cleangrid logs latest                     what the steps of the last run printed
  cleangrid logs -f --grid ci:7443 k3f9     and what they print from now on
  cleangrid logs -f db                      the log of the service db that is kept here
  cleangrid logs --since 10min --json db | jq 'select(.level == "error")'`;

export const traceExamples: string = `
Examples:
  cleangrid trace latest                            where the time of the last run went
  cleangrid trace latest --scenario checkout        all of one scenario
  cleangrid trace latest --check                    evaluate what the suites expect of spans again
  cleangrid trace latest --json | jq '.spans[].name'

Each line is a span: its name, how long it took, when within the run, and what went wrong. Where there are many, the failed
and the longest are shown, and the others counted. --check exits with 1 when an expectation is not met.`;

export const spansExamples: string = `
Examples:
  cleangrid spans latest --grep kettle              spans with "kettle" in their name, attributes, events or status
  cleangrid spans latest --grep '/^GET .*5[0-9]{2}/i'
  cleangrid spans latest --scenario checkout --json

Exits with 1 when there is none.`;

export const diffExamples: string = `
Examples:
  cleangrid diff k3f9 latest                        what changed since the run k3f9
  cleangrid diff k3f9 latest --slower 20            also what took 20 % longer (and at least 200ms)

Compares verdicts, steps, the programs' spans by name and number, and durations. Exits with 0 when the runs are the same,
and with 1 when they differ.`;

export const redGreenExamples: string = `
Examples:
  cleangrid run tests/                              before the change: the new test fails
  cleangrid run tests/                              after it: everything passes
  cleangrid red-green k3f9 latest

Exits with 0 when every scenario that failed in RED passes in GREEN at the first attempt, with the same steps, commands and
expectations, when there is one, and when none that passed fails now. With 1 otherwise: a test that was weakened or removed
proves nothing, nor does a run in which the grid was at fault.`;

export const recordExamples: string = `
Examples:
  cleangrid record tests/ -o checkout.cleangrid-recording
  cleangrid record --select checkout -o bug.json tests/

Takes the flags of cleangrid run, and ends with its exit code. The file holds the plan, the workspaces and the digest.`;

export const reproExamples: string = `
Examples:
  cleangrid repro bug.json                          run it again, with the exit code of the run
  cleangrid repro bug.json --verify-digest          exit with 0 only when the same came of it

The digest is of verdicts and of the programs' spans: names, structure and attributes, without ids, times and addresses.`;

export const watchExamples: string = `
Examples:
  cleangrid watch --grid ci:7443 latest
  cleangrid watch --junit out/junit.xml k3f9

Ends with the exit code of the run. Ctrl-C ends the watching, not the run.`;

export const cancelExamples: string = `
Examples:
  cleangrid cancel --grid ci:7443 k3f9`;

export const statusExamples: string = `
Examples:
  cleangrid status --grid ci:7443`;

export const coordinatorExamples: string = `${precedence}

Examples:
  cleangrid coordinator                     on this machine alone, with nats-server -js beside it
  cleangrid coordinator --listen 0.0.0.0:7443 --nats nats://nats:4222 --insecure
  cleangrid coordinator --config /etc/cleangrid.toml

Ctrl-C or SIGTERM ends it orderly, a second one at once. Runs go on when it is started again.`;

export const agentExamples: string = `${precedence}

Examples:
  cleangrid agent                           for a coordinator on this machine
  cleangrid agent --coordinator ci:7443 --nats nats://ci:4222 --name box-1 --slots 4

Ctrl-C or SIGTERM finishes what runs, takes nothing new and ends; a second one ends it at once. Exits with 3 when the
coordinator refuses it.`;
