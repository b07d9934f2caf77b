/**
 * Every bound of the product, in one place: its unit at the end of its name, its reason beside it, relations asserted in
 * `limits.test.ts`. A queue, buffer, retry or wait that is not bounded by one of these is a defect.
 */

const kib = 1024;
const mib = 1024 * kib;
const seconds = 1000;
const minutes = 60 * seconds;

/** A suite file larger than this is a mistake, and parsing it would stall the CLI. */
export const suiteFileBytesMax: number = 16 * mib;
/** Problems listed in one validation; the rest are counted. */
export const problemsShownMax: number = 100;
/** Files in one workspace: its manifest must fit one gRPC message. */
export const workspaceFilesMax: number = 20_000;
/** Bytes of one workspace file: blobs are held in memory while they travel. */
export const workspaceFileBytesMax: number = 64 * mib;

/** Steps without a `timeout` of their own. */
export const stepTimeoutMsDefault: number = 5 * minutes;
/** Scenarios without a `timeout` of their own; waiting for services is not counted. */
export const scenarioTimeoutMsDefault: number = 30 * minutes;
/** Services without a `ready_timeout` of their own. */
export const readyTimeoutMsDefault: number = 60 * seconds;
/** Attempts that a suite may ask for beyond the first. */
export const retriesMax: number = 10;
/** Attempts after the first that the grid spends on its own faults, per scenario. */
export const brokenRetriesMax: number = 2;

/** Kept of each output stream of a step, half from its start, half from its end: what `show` and reports can display. */
export const outputKeptBytesMax: number = 64 * kib;
/** Characters of what an expectation wanted and of what came instead: a result must fit a message, and a person must read it. */
export const checkTextMax: number = 64 * kib;
/** Held per stream while a step runs, for expectations and captures; one that needs more fails with `output_limit`. */
export const outputEvaluatedBytesMax: number = 16 * mib;
/** A captured value becomes an environment variable, whose size the kernel bounds at 128 KiB. */
export const captureBytesMax: number = 64 * kib;
/** Log lines of a service kept beside a failure. */
export const serviceLogLinesMax: number = 50;

/** One Docker API call that is not a wait, a pull or a stream. A frozen daemon never answers. */
export const dockerCallMsMax: number = 30 * seconds;
/** Between SIGTERM and SIGKILL for a step or a service that is stopped. */
export const stopGraceMs: number = 5 * seconds;

/** Results that wait in an agent for their commit: enough for minutes of a coordinator's absence, small beside a host's memory. */
export const outboxBytesMax: number = 64 * mib;
/** Results in one frame: more save no CPU, they only delay the first. */
export const frameResultsMax: number = 50;
/** Bytes of results after which a frame is sent: with one largest result on top it is far below what a message may have. */
export const frameBytesMax: number = 1 * mib;
/** A result waits this long for others to share its frame; no person notices. */
export const frameDelayMsMax: number = 25;
/** A step is told of as running when it runs when this is over, and no more often: a live view is not drawn sooner again. */
export const progressMs: number = 100;
/** An agent that had no answer to a message for so long takes the connection for dead; far above a slow commit. */
export const answerMsMax: number = 5 * seconds;
/** First pause before an agent dials again; doubled until the maximum. */
export const reconnectMsFirst: number = 50;
/** Longest pause before an agent dials again: well below the 2 s after which a closed connection is a lost agent. */
export const reconnectMsMax: number = 1 * seconds;
/** Ended and revoked attempts that an agent remembers against late deliveries; the coordinator refuses what is older. */
export const tombstonesMax: number = 10_000;
/** Deliveries that an agent has and did not acknowledge: JetStream's own default, far above any credit. */
export const mailboxUnacknowledgedMax: number = 1000;
/** Message ids that a mailbox in memory remembers: a publish is only ever repeated soon. */
export const mailboxDuplicatesMax: number = 10_000;
/** Messages between the two ends of an in-process link before the sender is asked to wait. */
export const linkMessagesMax: number = 1000;

/** An event trails what it tells of by about 60 ms; one that has not come by then is not coming. */
export const eventLagMsMax: number = 500;
/** Between two looks at what the events told. */
export const eventPollMs: number = 20;
/** Between two tries of a ready probe. */
export const readyProbeMs: number = 50;
/** One try of a port or http probe. */
export const readyProbeAttemptMsMax: number = 2 * seconds;
/** One try of an exec probe: it may start an interpreter on a busy host. */
export const readyExecMsMax: number = 10 * seconds;
/** Networks that an agent keeps for services that may meet again: each is a bridge with rules of its own on the host. */
export const poolNetworksMax = 64;
/** Networks of ours are searched for a free subnet; beyond this many tries the host's address range is full. */
export const subnetAttemptsMax: number = 256;
/** Between two tries to remove a container that the daemon would not remove: first, then doubled up to the longest. */
export const removalRetryMs = 250;
export const removalRetryMsMax: number = 30 * seconds;
/** How long a clean container stays although nobody uses it: long enough for the next edit and run. */
export const keepWarmMsDefault: number = 10 * minutes;
/** Between two looks at which containers are too old, too long idle, overdue or unhealthy. */
export const poolSweepMs: number = 1 * seconds;
/** Services and images of which an agent tells how many containers its pool holds. */
export const poolLabelsToldMax = 64;
/** Between two reports of what a pool holds, for people who look at a grid. */
export const poolTellMs: number = 1 * seconds;
/** Between two looks of the janitor: what a killed process leased is gone well within 10 s. */
export const janitorPauseMs: number = 2 * seconds;
/** Between two looks of an agent at whether a janitor is at work: with its pause, what a killed agent held goes within 10 s although the janitor died with it. */
export const janitorWatchMs: number = 5 * seconds;
/** What a container without a memory limit counts against the host's memory. */
export const assumedServiceMemoryBytes: number = 256 * mib;
export const assumedWorkspaceMemoryBytes: number = 64 * mib;
/** The part of the host's memory that pooled containers may count for. */
export const poolMemoryShare = 0.8;
/** Failed resets in a row after which a service is not reused any more: each scenario gets a container of its own. */
export const failedResetsMax = 3;
/** A lease that its holder does not renew: what it holds is removed then, whatever the holder is stuck in. */
export const leaseMs: number = 2 * minutes;
/** Between two renewals: several may be late before the lease is lost. */
export const leaseRenewMs: number = 20 * seconds;
/** A workspace container is not lent any more when it is so old. */
export const workspaceMaxAgeMs: number = 60 * minutes;
/** Files, folders and links in /workspace, or in the temporary places of a workspace container, that are compared between leases: with more, another container costs less. */
export const listedEntriesMax: number = 50_000;
/** What a listing of them may say: each entry with a path of ordinary length. */
export const listedBytesMax: number = 16 * mib;
/** Files written into a container at a time: they are held in memory meanwhile, a single larger one as well. */
export const amendBytesMax: number = 8 * mib;
/** Containers tried for one lease because /workspace could not be brought to the suite's files: the second is a new one. */
export const fillAttemptsMax: number = 2;
/** An image that was seen on the host is not looked for again so soon: scenarios follow each other within milliseconds, and people who build images do not. */
export const imageSeenMs: number = 1000;
/** A blob that an agent keeps in memory: a suite or the list of its files is far smaller, other files are seldom read twice. */
export const blobRememberedBytesMax: number = mib;
/** All of them together. */
export const blobsRememberedBytesMax: number = 16 * mib;
/** One reset of a service, or the preparation of its template, at most. */
export const resetMsMax: number = 2 * minutes;

/** Between two looks at whether an exec'd command has ended, once its streams are closed: first, then doubled up to the longest. */
export const execPollMsMin: number = 10;
/** A command that closed its streams long before it ends is rare: four calls a second cost nothing. */
export const execPollMsMax: number = 250;
/** What is kept of the daemon's reason for not starting a command: it repeats the argv, which may be large. */
export const execRefusalBytesMax: number = 4 * kib;
/** A dying container kills its execs first and shows its own end some 60 ms later. */
export const containerDeathShownMsMax: number = 500;
/** Between two looks at whether it has. */
export const containerDeathPollMs: number = 50;
/** After SIGKILL, a process that has not gone within this time cannot be killed. */
export const killMsMax: number = 5 * seconds;
/** Archives copied in or out: a workspace on a slow disk, not a frozen daemon. */
export const copyMsMax: number = 5 * minutes;
/** A pull that says nothing for so long has stalled. */
export const pullSilenceMsMax: number = 2 * minutes;
/** A credential helper may ask a keychain, which may ask the user. */
export const credentialHelperMsMax: number = 60 * seconds;
/** First pause before the events of a daemon are asked for again; doubled until the maximum. */
export const eventsReconnectMsMin: number = 50;
/** Longest such pause: how long a daemon that came back may go unnoticed. */
export const eventsReconnectMsMax: number = 2 * seconds;
/** A log line is cut here: a service may write gigabytes without a line end. */
export const logLineBytesMax: number = 64 * kib;
/** One line of a daemon's JSON streams; the longest known are events with many labels. */
export const daemonLineBytesMax: number = 1 * mib;

/** Characters parsed again and again to find every duplicate key of a TOML file; beyond, only the first are reported. */
export const tomlParsedCharactersMax: number = 16 * mib;
/** Nodes that the aliases of a YAML file stand for, so that a few lines cannot stand for millions. */
export const yamlAliasedNodesMax: number = 1_000_000;
/** JSON that a suite expects: deeper is a mistake, and reading it must not exhaust the stack. */
export const jsonDepthMax = 64;
/** Of a plan, which holds such values: a few levels more. */
export const planDepthMax: number = jsonDepthMax + 16;
/** Any duration of a suite: longer than a day is a mistake, and timers hold no more than 24 days. */
export const suiteDurationMsMax: number = 24 * 60 * minutes;
/** What Docker accepts as a container's memory limit at least. */
export const serviceMemoryBytesMin: number = 6 * mib;
/** Here-documents inside one another in a script: deeper is a mistake, and reading them must not exhaust the stack. */
export const heredocDepthMax = 20;
/** Waiting for another process's transaction on the ledger, which lasts a few milliseconds. */
export const ledgerBusyMsMax: number = 5 * seconds;

// Services

/** A service without a `max_age`: what a container gathers unseen is thrown away with it every hour. */
export const serviceAgeMsDefault: number = 60 * minutes;
/** Between two health checks of an idle container unless its suite says otherwise: cheap beside a scenario that fails for it. */
export const healthIntervalMsDefault: number = 10 * seconds;
/** What a suite may ask for at least: checks more often cost more than they tell. */
export const healthIntervalMsMin: number = 1 * seconds;
/** Uses that a suite may allow a container: more is a mistake for "any number". */
export const serviceUsesMax: number = 1_000_000;
/** Containers of one service that a suite may ask an agent for: more is a mistake. */
export const serviceContainersMax: number = 1_000;

// Leases of people

/** What `cleangrid lease` gives to who says nothing: time to look at something. */
export const heldLeaseMsDefault: number = 10 * minutes;
/** A lease lasts at most so long unless it is renewed: what is forgotten is gone the next day. */
export const heldLeaseMsMax: number = 24 * 60 * minutes;
/** After a lease's start its container is looked at once more: what lacks its settings, or has nothing to do, has ended by then. */
export const heldLeaseLookMs = 500;
/** Leases on a page unless asked for otherwise: what fits a terminal. */
export const leasesListedDefault: number = 20;
/** Containers that an agent has Docker make or start at once: it does most of that one after the other, and answers nobody meanwhile. */
export const containerStartsAtOnceMax = 8;
/** Containers on a page of `cleangrid pool`, two lines each: more than fit on a screen are not read. */
export const containersListedDefault = 20;
/** Containers that are named where a name fits several. */
export const containersToldMax = 5;
/** Before a log is asked for again whose connection was lost. */
export const logResumePauseMs = 250;
/** Times of log lines that are remembered, so that lines which come again are known: two streams of a container are out of order by a few lines at most. */
export const logTimesRememberedMax = 1000;

// Coordinator: sharding

/** What a slice of an `order = "independent"` scenario is worth: long beside the cost of a shard, short beside a run. */
export const sliceTargetMs: number = 1 * seconds;
/** Near the end slices shrink, so that the last ones end together; smaller than this they would only cost. */
export const sliceMsMin: number = 200;
/** A slice is worth at most this part of the work that is left. */
export const sliceOfRest: number = 1 / 8;
/** Steps in one slice, however short they are: its delivery must fit one NATS message. */
export const sliceStepsMax: number = 500;
/** What a step is expected to take before anything is known of its scenario. */
export const stepExpectedMsDefault: number = 100;

// Coordinator: attempts

/** Attempts listed for one shard; losses of attempts that never started cost no budget and may be many. */
export const attemptsKeptMax: number = 32;

// Coordinator: run store

/** For the lock of a run store: long enough for whoever only looks whether it is held. */
export const storeLockMsMax: number = 1 * seconds;
/** Rows removed in one transaction when old runs are pruned: a few milliseconds, so that live work is not held up. */
export const pruneRowsMax: number = 2_000;
/** Finished runs that are kept. */
export const runsKeptMax: number = 200;
/** Bytes of plans and results of finished runs that are kept. */
export const runBytesKeptMax: number = 4 * 1024 * mib;
/** Scenarios whose durations are remembered, the most recently run ones. */
export const durationsKeptMax: number = 200_000;
/** Weight of the newest duration in the mean: the last five or so runs decide. */
export const newestDurationWeight: number = 0.3;
/** SQLite's page cache: most of a large run's hot pages, a small part of the coordinator's memory. */
export const storeCacheKibibytes: number = 4 * 1024;
/** Pages of 4 KiB in the write-ahead log before they are copied to the file: fewer copies of the pages that every commit changes. */
export const storeLogPages: number = 8_000;
/** Plans of shards that are stored as one, compressed: at most so many, and no more when they have so many characters. */
export const planPageShardsMax = 16;
export const planPageCharsMin: number = 64 * kib;
/** Characters of such pages that are kept as they are, because their next shards are assigned soon. */
export const planPagesCharsMax: number = 1 * mib;

// Command line

/** Between two redraws of the live view: what changes faster cannot be read. */
export const redrawMsMin: number = 100;
/** Between two redraws while nothing happens: elapsed times are shown in whole seconds. */
export const redrawMsMax: number = 1 * seconds;
/** Without a terminal, a line says what runs when nothing was said for this long: CI servers end what is silent. */
export const silenceMsMax: number = 30 * seconds;
/** Running scenarios that the live view lists; the rest are counted. */
export const runningShownMax: number = 8;
/** Failures that a run prints in full; the rest get a line each, and `show` has them all. */
export const failuresShownMax: number = 20;
/** Failures that the summary lists once more. */
export const summaryFailuresMax: number = 50;
/** Steps of one scenario whose failures are printed in full. */
export const failedStepsShownMax: number = 5;
/** Earlier attempts told of with a failure. */
export const earlierAttemptsShownMax: number = 5;
/** Last lines of a step's output printed with its failure. */
export const failureOutputLinesMax: number = 20;
/** Last lines of a service's log printed with a failure. */
export const failureLogLinesMax: number = 10;
/** Lines of one diff. */
export const diffLinesMax: number = 40;
/** Columns of a diff's line: of a longer one the part around the difference is shown. */
export const diffLineColumnsMax: number = 160;
/** Edits after which a diff is given up and both texts are shown: its cost grows with their square. */
export const diffEditsMax: number = 1_000;
/** After a second Ctrl-C: for removing containers as best it can before the process ends. */
export const abandonMsMax: number = 2 * seconds;
/** The log file is put aside at this size, and one older file is kept. */
export const logFileBytesMax: number = 8 * mib;
/** Runs that `runs` lists unless `--limit` says otherwise. */
export const runsListedDefault: number = 20;
/** Runs among which the beginning of a run id is looked for. */
export const runsSearchedMax: number = 1_000;
/** Steps that `show` names when what it was given fits several. */
export const matchesShownMax: number = 20;
/** Workspace files hashed at once: enough to keep a disk busy, few enough for any limit of open files. */
export const workspaceReadsMax: number = 16;
/** Free disk below which no run can be expected to end well. */
export const diskFreeBytesMin: number = 512 * mib;
/** Free disk below which `doctor` warns: images of databases are this large. */
export const diskFreeBytesLow: number = 5 * 1024 * mib;
/** Major × 1000 + minor of Docker's API: 1.41 is Engine 20.10, the oldest that we test. */
export const dockerApiVersionMin: number = 1_041;
/** Runs TypeScript as it is, and has what we use of `node:sqlite`. */
export const nodeMajorMin: number = 24;

// Agent: resets

/** One command of a reset: what takes longer is slower than a new container. */
export const resetToolMsMax: number = 30 * seconds;
/** Characters of a reset's output that are looked at before the process that goes on ends: a line for each thing that a scenario changed. */
export const aheadTextMax: number = 65_536;
/** One setup file of a database: large seeds take minutes on a slow disk. */
export const setupFileMsMax: number = 5 * minutes;
/** A database server that is ready by the suite's own probes accepts connections at once, unless it restarts after its first initialisation. */
export const databaseAcceptsMsMax: number = 30 * seconds;

// Agent: supervisor

/** Without a word from the agent for so long, a supervisor kills everything: well below the 10 s in which what an owner leaves behind must be gone. */
export const supervisorLeaseMs: number = 7 * seconds;
/** Between two signs of life of a session: three may be late before the lease ends. */
export const supervisorPingMs: number = 2 * seconds;
/** A supervisor that does not answer for so long is frozen, or its daemon is. */
export const supervisorSilenceMsMax: number = 10 * seconds;
/** From the start of a supervisor to its first word: one exec on a busy host. */
export const supervisorHelloMsMax: number = 15 * seconds;
/** Output of one step that may be under way without having been consumed: keeps the pipe busy, bounds what a slow reader holds. */
export const stepOutputWindowBytes: number = 1 * mib;
/** Consumed output is granted back in portions of at least this size, a part of the window: each grant wakes a chain of four processes. */
export const outputGrantBytesMin: number = 256 * kib;
/** Sessions in one container: one per user, where the supervisor may not change users. */
export const sessionsPerContainerMax: number = 16;
/** Filling the supervisor's volume takes a second; what is older was left behind by an agent that was killed. */
export const supervisorSeedMsMax: number = 2 * minutes;
/** A volume of another supervisor that is older than ours by so much, and that nobody mounts, belongs to a version that was replaced. */
export const supervisorVolumeAgeMsMin: number = 24 * 60 * minutes;

// Coordinator: event loop and failure detection (`docs/protocol.md` names the rules)

/** Messages that one transaction takes in: many share one sync of the disk, and none waits long for the others. */
export const turnInputsMax: number = 2_000;
/** Longest pause after a commit, which otherwise is as long as the commit was: on a slow disk half of the time is left for everything else. */
export const turnPauseMsMax: number = 50;
/** Shards assigned in one transaction. */
export const turnAssignmentsMax: number = 500;
/** Between two looks at deadlines: small beside the shortest of them, 2 s. */
export const tickMs: number = 500;
/** A tick that comes later than this was held up by our own stall, and says nothing about agents (rule 14). */
export const stallMsMax: number = 1 * seconds;
/** How often an agent is told to beat. */
export const beatIntervalMs: number = 1 * seconds;
/** Without a beat for so long an agent is lost: three beats may go missing. */
export const beatMsMax: number = 4 * seconds;
/** An agent whose main loop has not ticked for so long is lost although it beats. */
export const loopTickMsMax: number = 30 * seconds;
/** An agent whose connection closed is lost unless it says hello within this. */
export const absenceMsMax: number = 2 * seconds;
/** After a coordinator's start agents have this long to say hello. */
export const startGraceMs: number = 30 * seconds;
/** An assigned attempt that nobody accepted is published again after this. */
export const acceptMsMax: number = 3 * seconds;
/** Deliveries of one attempt on one connection; after these the connection is closed. */
export const publishesMax: number = 3;
/** Beyond a scenario's own timeout: for teardown, for stopping what runs, for results on their way. */
export const attemptGraceMs: number = 2 * minutes;
/** After a revoke an agent has this long to prove that the processes are dead. */
export const deathProofMsMax: number = 25 * seconds;
/** A revoke that is not answered for so long is told again on a new connection: twice the grace of a step that is stopped. */
export const revokeMsMax: number = 12 * seconds;
/** An agent whose host could run nothing is tried again after this; doubled until the maximum. */
export const troubleMsFirst: number = 1 * seconds;
/** Longest such pause: how long a host that is well again may go unnoticed. */
export const troubleMsMax: number = 30 * seconds;
/** Expected work that an agent holds beyond its slots, so that no slot waits for a round trip (rule 4). */
export const creditAheadMs: number = 100;
/** Attempts that an agent holds beyond its slots, however short they are. */
export const creditAheadMax: number = 256;
/** Waiting shards of a run that are held in memory; the rest is in the store. */
export const waitingWindowMax: number = 256;
/** Waiting shards that one transaction cancels. */
export const cancelPageMax: number = 500;
/** Scenarios that one transaction adds to a run. */
export const submitPageMax: number = 200;
/** A client's part of a plan ends when it has so many scenarios, or at least so many steps: about half a megabyte. */
export const submitChunkScenariosMax = 100;
export const submitChunkStepsMin = 1_000;
/** Pages of one submission that wait for their commit: enough for a turn of a busy grid. */
export const submitPagesAhead: number = 2;
/** A submission that brings nothing for so long was given up by its client: the run is cancelled. */
export const submissionIdleMsMax: number = 10 * minutes;
/** People are told that nothing can run only when it lasts. */
export const waitingNoticeMs: number = 2 * seconds;
/** How long a coordinator whose store failed waits before it tries again. */
export const storeRetryMs: number = 1 * seconds;
/** Events of a run that are stored, and read by a watch, as one. */
export const eventPageMax: number = 64;
/** Live events kept for a slow watcher; of more the oldest are dropped, they are old news. */
export const liveEventsMax: number = 64;
/** Weight of the newest shard in what a run takes compared with what was expected. */
export const paceWeight: number = 0.1;
/** Characters of a grid's random id: part of every NATS name, long enough never to meet again. */
export const gridIdLength: number = 12;
/** Between two tries to begin a new epoch after the mailboxes were lost. */
export const epochRetryMs: number = 500;

// The wire

/** One gRPC message. The largest carry `recordStepsMax` results with all their outputs, which typically is a thousandth of it. */
export const wireMessageBytesMax: number = 64 * mib;
/** Results, or messages without any, in one gRPC message, one with much text counting for several: a batch waits for the one before it, and a busy event loop sends few. */
export const wireBatchWeightMax = 500;
/** Characters of outputs and failed checks, or bytes of spans, that count like another result. */
export const wireWeightChars: number = 4 * kib;
/** Steps of a scenario's record in one gRPC message; the others follow in more. */
export const recordStepsMax = 100;
/** Blobs and chunks of a plan travel in pieces of this size, so that nothing else on the connection waits long for its turn. */
export const wirePieceBytesMax: number = 1 * mib;
/** A blob or a chunk of a plan when its pieces are joined: above the largest workspace file, and room for a scenario of 500,000 steps. */
export const wireJoinedBytesMax: number = 256 * mib;
/** A silent connection is asked whether it lives. Not sooner: an event loop may be busy for seconds. */
export const keepaliveMs: number = 10 * seconds;
/** After such a question, silence for so long is the end of the connection. */
export const keepaliveAnswerMsMax: number = 20 * seconds;
/** A call with one question and one answer. A coordinator that restarts is back by then. */
export const unaryCallMsMax: number = 10 * seconds;
/** A blob on its way, over a slow network. */
export const blobCallMsMax: number = 5 * minutes;
/** Between saying goodbye and cutting the call of a peer that does not hang up. */
export const goodbyeMsMax: number = 5 * seconds;
/** A client that waits for a run's events gives up on a coordinator that was away for so long. */
export const coordinatorAbsenceMsMax: number = 10 * minutes;
/** Text of an error that travels in HTTP headers, whose size servers bound at 16 KiB. */
export const wireErrorTextMax: number = 4 * kib;

/** Between two questions to nats-server whether it lives: the client library's own two minutes are a partition unnoticed. */
export const natsPingMs: number = 1 * seconds;
/** Unanswered questions after which a connection to nats-server is made anew. */
export const natsPingsMax = 2;
/** Between two attempts to reach nats-server. */
export const natsReconnectMs: number = 250;
/** One request to nats-server. It is repeated, and a server that was killed answers sooner to the next one. */
export const natsCallMsMax: number = 2 * seconds;
/** Tries of a request while JetStream starts: some seconds after its server answers. */
export const natsTriesMax = 40;
/** Deliveries that an agent asks its mailbox for at once: a hundred take one round trip, more save little. */
export const mailboxPullMax = 100;
/** An unacknowledged delivery comes again after so long; an agent that holds it drops it. Nothing waits for it: the coordinator publishes again sooner. */
export const mailboxAckMs: number = 5 * seconds;
/** How long a mailbox knows a publish number again: JetStream's own default. */
export const mailboxDuplicatesMs: number = 2 * minutes;
/** A delivery's header and the reply subject, beside its body, within a NATS message. */
export const mailboxHeaderBytesMax: number = 4 * kib;
/** Steps whose names are kept in memory, for the events of their shards: several times what a few agents work on. */
export const recentBriefStepsMax: number = 10_000;
/** Scenarios that just passed, kept in memory for watchers that keep up: more than end in one turn. */
export const recentClosedMax: number = 1_000;
/** Bytes of results that are kept parsed, for watchers that keep up. */
export const recentFrameBytesMax: number = 8 * mib;
/** Whoever reads another process's run store waits this long for it: only its opening and closing keep readers out. */
export const storeReadMsMax: number = 5 * seconds;

// The grid's processes

/** Slots of one agent: beyond it a mistyped number is likelier than such a host. */
export const slotsMax: number = 10_000;
/** `run --grid` gives up when nothing could run for so long, unless `--wait-agents` says otherwise: agents start within a minute or two. */
export const waitAgentsMsDefault: number = 2 * minutes;
/** A submission is tried again for so long while no coordinator answers: one that restarts is back by then. */
export const submitMsMax: number = 15 * seconds;
/** For a nats-server that starts together with us, before its absence ends a process. */
export const natsStartMsMax: number = 30 * seconds;
/** Between two tries to reach a nats-server at the start. */
export const natsStartPauseMs: number = 1 * seconds;
/** Between two looks at what may be pruned: nothing of it is urgent. */
export const prunePauseMs: number = 10 * minutes;
/** Blobs that nobody asked for since: a suite that runs once a week need not travel again. */
export const blobsKeptMs: number = 8 * 24 * 60 * minutes;
/** A blob that was asked for within this is never one too many: a submission may be about to need it. */
export const blobsFreshMs: number = 60 * minutes;
/** Bytes of blobs that no unfinished run needs; of more the longest unused ones go. */
export const blobBytesKeptMax: number = 8 * 1024 * mib;
/** A stream of another grid that nobody reads and that nothing was put into for so long was left behind. */
export const foreignStreamsKeptMs: number = 30 * 24 * 60 * minutes;

// Traces: expectations

/** Spans, or names of spans, that one missed expectation lists; the rest are counted. */
export const spansListedMax: number = 12;
/** Spans that a suite can count: far above what one attempt may send. */
export const spanCountMax: number = 1_000_000_000;

// Traces: spans of our own

/** Planned spans up to which a run is one trace: what Jaeger's timeline and other back ends draw well. */
export const singleTraceSpansMax = 2_000;
/** About what a span takes as an object, for the outbox: most are smaller. */
export const spanBytesEstimate = 500;
/** Bytes of the spans that one run may keep; what comes beyond is dropped and counted: ten times what 100,000 steps make. */
export const runSpanBytesMax: number = 1024 * mib;
/** Bytes of spans in one post: receivers take 4 MiB and more by default. */
export const spanPostBytesMax: number = 1 * mib;
/** Posts of spans that are under way at once: one is being read while the next travels. */
export const spanPostsMax = 2;
/** A post that is not answered for so long is made again. */
export const spanPostMsMax: number = 10 * seconds;
/** Between two looks for spans to send: what a person would not notice. */
export const spanLookMs = 200;
/** First pause after a failed post; it doubles. */
export const spanPauseMsFirst: number = 500;
/** Longest pause between posts to a back end that is away. */
export const spanPauseMsMax: number = 15 * seconds;
/** A process that ends waits so long for its last spans to arrive, unless the back end is away. */
export const spanDrainMsMax: number = 5 * seconds;
/** Between two posts of a process's metrics: as often as Prometheus usually reads. */
export const metricsPeriodMs: number = 15 * seconds;
/** What they may take: less than the pause between them. */
export const metricsPostMsMax: number = 10 * seconds;
/** Characters of a status or a name on a span; traces are for looking, reports for reading. */
export const spanTextMax = 1_000;

// Traces: spans of the programs under test

/** Spans that an attempt may send: what one can look at, and what expectations are checked on in a second. */
export const attemptSpansMax = 10_000;
/** Bytes that the containers of an attempt may send, decompressed; as objects, for expectations, they take about ten times as much. */
export const attemptSpanBytesMax: number = 8 * mib;
/** One post of spans, as it is sent and decompressed: what OpenTelemetry's collector takes by default. */
export const otlpBodyBytesMax: number = 4 * mib;
/** Resources, scopes and spans in one post: without a bound, two bytes each would become objects. */
export const otlpEntriesMax = 20_000;
/** One span: with more it is a document. */
export const spanBytesMax: number = 256 * kib;
/** Attributes, events and links of one span together: OpenTelemetry's libraries stop at 128 of each. */
export const spanFieldsMax = 1_000;
/** Connections over HTTP from one container: of programs, each of which has one or two. */
export const otlpConnectionsMax = 32;
/** Connections over gRPC, each of which may have a post under way. */
export const otlpGrpcConnectionsMax = 8;
/** Posts over HTTP from one container that are read at once; one more is told to come again. */
export const otlpPostsMax = 4;
/** A post that is not whole by then was given up, or is sent to hold its place. */
export const otlpPostMsMax: number = 10 * seconds;
/** A connection on which nothing is asked for so long is closed: exporters open it again. */
export const otlpIdleMsMax: number = 60 * seconds;
/** How often programs are told to send what they have (`OTEL_BSP_SCHEDULE_DELAY`): nobody waits long for the spans of a scenario. */
export const spanScheduleMs = 100;
/** Without a span for so long, several times the pause between two posts, those of a scenario are taken for complete. */
export const spansQuietMs = 500;
/** Between two looks whether they are there. */
export const spansLookMs = 25;
/** For spans that are expected and missing: longer than the 5 s which programs with a schedule of their own wait by default. */
export const spansWaitMsMax: number = 6 * seconds;

// Traces: reading them

/** Spans of a run that a command holds to put them in order: about 150 MB. Of larger runs one looks at a scenario. */
export const spansHeldMax: number = 100_000;
/** Lines of a run's tree, so that one sees it at a glance; the rest is folded. */
export const traceLinesMax: number = 80;
/** Lines of the tree of one scenario that was asked for. */
export const scenarioTraceLinesMax: number = 500;
/** How deep a tree is drawn: beyond it no name has room. */
export const traceDepthMax: number = 24;
/** Lines of what differs between two runs; the rest is counted. */
export const differencesShownMax: number = 100;
/** A step or a span that took less longer than this is not called slower: no two runs take the same time. */
export const slowerMsMin: number = 200;
/** By how many percent it must have grown to be called slower, unless `--slower` says otherwise. */
export const slowerPercentDefault: number = 100;
/** Bytes of workspace files in one recording, which is one JSON document in memory. */
export const recordingBlobBytesMax: number = 64 * mib;
