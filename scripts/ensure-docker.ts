/**
 * Makes sure that a Docker daemon answers: the one the user means where it does; else, as root on a machine with apt, Docker
 * Engine is installed and started on the default socket, and left running so that the product works afterwards.
 */

import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import Docker from 'dockerode';
import { installPackages, whyNoApt } from './apt.ts';
import { CannotRun, runScript, say } from './cannot-run.ts';
import { defaultSocket, describeDockerEndpoint, findDockerEndpoint } from './docker-endpoint.ts';
import { isOnPath } from './ensure-packages.ts';

const enginePackages = ['docker.io', 'iptables', 'iproute2', 'ca-certificates'];
const daemonLog = '/var/log/cleangrid-dockerd.log';
const daemonPidFile = '/var/run/docker.pid';
/** A daemon that does not answer a ping by then is hung or gone. */
const pingMsMax = 5_000;
/** Measured: 1 to 3 s; a cold disk takes longer. */
const startMsMax = 60_000;

/** Throws `CannotRun` with the reason and what to do. */
export async function ensureDocker(): Promise<Docker> {
  const docker = new Docker(findDockerEndpoint());
  const error = await pingError();
  if (error === null) return docker;
  const endpoint = describeDockerEndpoint();
  if (error.code === 'EACCES') {
    throw new CannotRun(
      `${userInfo().username} may not use the Docker socket ${endpoint}: join the group docker, or run as root`,
    );
  }
  if (endpoint !== `unix://${defaultSocket}`) {
    throw new CannotRun(
      `the Docker daemon at ${endpoint} does not answer (${error.message}): start it, or unset DOCKER_HOST`,
    );
  }
  await startDaemon();
  return docker;
}

/** Null: the daemon answers. */
async function pingError(): Promise<(Error & { code?: string }) | null> {
  try {
    await new Docker({ ...findDockerEndpoint(), timeout: pingMsMax }).ping();
    return null;
  } catch (error) {
    return error as Error;
  }
}

async function startDaemon(): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new CannotRun(
      'no Docker daemon answers, and only root can start one: install and start Docker first',
    );
  }
  if (!readFileSync('/proc/mounts', 'utf8').includes(' /sys/fs/cgroup')) {
    throw new CannotRun(
      'no Docker daemon answers, and none can run here: nothing is mounted at /sys/fs/cgroup',
    );
  }
  if (!isOnPath('dockerd')) {
    const obstacle = whyNoApt();
    if (obstacle !== null) throw new CannotRun(`no Docker Engine, and ${obstacle}: install Docker first`);
    await installPackages(enginePackages);
  }
  if ((await pingError()) === null) return; // the package started it
  if (existsSync('/run/systemd/system')) await startService();
  else await startProcess();
}

async function startService(): Promise<void> {
  spawnSync('systemctl', ['start', 'docker']);
  if (!(await answersInTime(() => true)))
    throw new CannotRun('the Docker service does not start: see journalctl -u docker');
  say('started the Docker service; it stays (systemctl stop docker stops it)');
}

async function startProcess(): Promise<void> {
  const log = openSync(daemonLog, 'a');
  const daemon = spawn('dockerd', ['--log-level', 'warn'], { detached: true, stdio: ['ignore', log, log] });
  daemon.unref();
  closeSync(log);
  if (!(await answersInTime(() => daemon.exitCode === null))) {
    throw new CannotRun(`dockerd does not start: ${lastComplaint()} (${daemonLog})`);
  }
  const pid = readFileSync(daemonPidFile, 'utf8').trim();
  say(`started dockerd, process ${pid}; it stays for later runs (kill ${pid} stops it; log: ${daemonLog})`);
}

async function answersInTime(isAlive: () => boolean): Promise<boolean> {
  const deadline = performance.now() + startMsMax;
  while (performance.now() < deadline && isAlive()) {
    if ((await pingError()) === null) return true;
    await delay(100);
  }
  return false;
}

function lastComplaint(): string {
  const lines = readFileSync(daemonLog, 'utf8').trim().split('\n');
  return lines.findLast((line) => !/level=(debug|info|warning)/.test(line)) ?? 'it did not say why';
}

if (import.meta.main) {
  await runScript(async () => {
    await ensureDocker();
    say(`a Docker daemon answers at ${describeDockerEndpoint()}`);
    return 0;
  });
}
