package org.bloomery.simulation;

import java.util.Locale;

/**
 * What can go wrong in a simulation besides the {@link Lie lies} about commands; every kind has a
 * counter, and a simulation in which one of them never struck has not tested it.
 */
public enum Fault {
  /** The control plane is killed just before a command of SLURM's is run. */
  KILLED_BEFORE_COMMAND,
  /** The same, just after. */
  KILLED_AFTER_COMMAND,
  /** The control plane is killed just before a record is written. */
  KILLED_BEFORE_RECORD,
  /** The same, just after. */
  KILLED_AFTER_RECORD,
  /** The control plane is killed between two files of an attempt. */
  KILLED_BETWEEN_FILES,
  /** The control plane stands still, for seconds to an hour, between a record and its effect. */
  PAUSED,
  /** Another control plane takes over while the first one lives and does not know. */
  DEPOSED,
  /** No control plane runs for hours. */
  ALL_DOWN,
  /** The clock of a control plane is set, by up to an hour. */
  CLOCK_SET,

  /** A write to the store was lost. */
  STORE_LOST_BEFORE_COMMIT,
  /** A write took effect, but its answer was lost. */
  STORE_LOST_AFTER_COMMIT,
  /** The store answers nothing for a while. */
  STORE_AWAY,

  /** SLURM's controller is down for minutes to hours. */
  CONTROLLER_OUTAGE,
  /** SLURM's controller dies and has forgotten the jobs of the last seconds. */
  JOB_FORGOTTEN,
  /** An id is used again that another job had before. */
  ID_REUSED,
  /** An administrator puts a job back into the queue. */
  REQUEUED,
  /** An administrator or another person cancels a job. */
  CANCELLED_BY_OTHERS,
  /** An administrator holds a waiting job for some hours. */
  HELD_BY_ADMINISTRATOR,
  /** An administrator gives a job another name. */
  RENAMED,
  /** Other work needs the nodes. */
  PREEMPTED,

  /** The accounting cannot be reached for minutes to hours. */
  ACCOUNTING_OUTAGE,
  /** The accounting is behind by up to two hours. */
  ACCOUNTING_LAG,

  /** A node is lost under a job. */
  NODE_LOST,
  /** What runs on a lost node goes on and saves, unreachable. */
  ZOMBIE,
  /** A rank is killed. */
  RANK_KILLED,
  /** A GPU fails, and its node is named. */
  GPU_FAULT,
  /** The training code raises an error. */
  CODE_FAILED,
  /** A node fails the test before the training. */
  PREFLIGHT_FAILED,
  /** Processes of a job do not die before they are killed, and the job completes for minutes. */
  SLOW_TO_DIE,
  /** The trainer starts at another iteration than that of its checkpoint. */
  WRONG_START,
  /** The trainer cannot load its checkpoint. */
  LOAD_FAILED,

  /** A checkpoint of a job is removed by somebody. */
  CHECKPOINT_REMOVED,
  /** A shard of a checkpoint changes after it was saved. */
  CHECKPOINT_CHANGED,
  /** A shard of a checkpoint is cut to nothing. */
  SHARD_EMPTIED,
  /** The control plane cannot read files for a while. */
  FILES_UNREADABLE,
  /** The control plane cannot write files for a while. */
  DISK_FULL;

  /** Its name in reports. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
