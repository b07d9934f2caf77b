/**
 * Makes sure that a Docker daemon answers: the one the user means where it does; else, as root on a machine with apt, Docker
 * Engine is installed and started on the default socket, and left running so that the product works afterwards.
 */

import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from '@cleangrid/agent/adapters/docker/connect.ts';
import { readDockerConfig } from '@cleangrid/agent/adapters/docker/docker-config.ts';
import { findEndpoint } from '@cleangrid/agent/adapters/docker/find-endpoint.ts';
import type Docker from 'dockerode';
import { installPackages, whyNoApt } from './apt.ts';
import { CannotRun, runScript, say } from './cannot-run.ts';
import { isOnPath } from './ensure-packages.ts';

const defaultUrl = 'unix:///var/run/docker.sock';
const enginePackages = ['docker.io', 'iptables', 'iproute2', 'ca-certificates'];
const daemonLog = '/var/log/cleangrid-dockerd.log';
const daemonPidFile = '/var/run/docker.pid';
const containerdPidFile = '/var/run/docker/containerd/containerd.pid';
/** A daemon that does not answer a ping by then is hung or gone. */
const pingMsMax = 5_000;
/** Measured: 1 to 3 s; a cold disk takes longer. */
const startMsMax = 60_000;

/** Throws `CannotRun` with the reason and what to do. */
export async function ensureDocker(): Promise<Docker> {
  const endpoint = await findEndpoint(process.env, await readDockerConfig(process.env, homedir()));
  const docker = connect(endpoint);
  const error = await pingError(docker);
  if (error === null) return docker;
  if (error.code === 'EACCES') {
    const user = userInfo().username;
    throw new CannotRun(
      `${user} may not use the Docker socket ${endpoint.url}: join the group docker, or run as root`,
    );
  }
  if (endpoint.url !== defaultUrl) {
    throw new CannotRun(
      `the Docker daemon at ${endpoint.url} does not answer (${error.message}): start it, or unset DOCKER_HOST`,
    );
  }
  await startDaemon(docker);
  return docker;
}

/** Null: the daemon answers. */
async function pingError(docker: Docker): Promise<(Error & { code?: string }) | null> {
  try {
    const answer = await Promise.race([docker.ping(), delay(pingMsMax, null, { ref: false })]);
    return answer === null ? new Error(`nothing within ${pingMsMax / 1000} s`) : null;
  } catch (error) {
    return error as Error;
  }
}

async function startDaemon(docker: Docker): Promise<void> {
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
  if ((await pingError(docker)) === null) return; // the package started it
  if (existsSync('/run/systemd/system')) await startService(docker);
  else await startProcess(docker);
}

async function startService(docker: Docker): Promise<void> {
  spawnSync('systemctl', ['start', 'docker']);
  if (!(await answersInTime(docker, () => true)))
    throw new CannotRun('the Docker service does not start: see journalctl -u docker');
  say('started the Docker service; it stays (systemctl stop docker stops it)');
}

async function startProcess(docker: Docker): Promise<void> {
  removeStalePidFile(daemonPidFile, 'dockerd');
  removeStalePidFile(containerdPidFile, 'containerd');
  const log = openSync(daemonLog, 'a');
  const daemon = spawn('dockerd', ['--log-level', 'warn'], { detached: true, stdio: ['ignore', log, log] });
  daemon.unref();
  closeSync(log);
  if (!(await answersInTime(docker, () => daemon.exitCode === null))) {
    throw new CannotRun(`dockerd does not start: ${lastComplaint()} (${daemonLog})`);
  }
  const pid = readFileSync(daemonPidFile, 'utf8').trim();
  say(`started dockerd, process ${pid}; it stays for later runs (kill ${pid} stops it; log: ${daemonLog})`);
}

/** Of a daemon that was killed: once its number belongs to another process, the next daemon would refuse to start. */
function removeStalePidFile(file: string, program: string): void {
  if (!existsSync(file)) return;
  const command = `/proc/${readFileSync(file, 'utf8').trim()}/comm`;
  if (!existsSync(command) || readFileSync(command, 'utf8').trim() !== program) rmSync(file);
}

async function answersInTime(docker: Docker, isAlive: () => boolean): Promise<boolean> {
  const deadline = performance.now() + startMsMax;
  while (performance.now() < deadline && isAlive()) {
    if ((await pingError(docker)) === null) return true;
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
    say('a Docker daemon answers');
    return 0;
  });
}
