package org.bloomery.controlplane.local;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** All living processes at one moment, as far as one pass over a changing list can tell. */
record Snapshot(String boot, List<Entry> entries) {

  Snapshot {
    entries = List.copyOf(entries);
  }

  /**
   * One process.
   *
   * @param hidden whether its environment could not be read or is empty, as it is for an instant
   *     while a process replaces its program
   * @param handle bound to this very process, not to whoever has its id later
   */
  record Entry(
      JobIdentity self, long session, boolean hidden, Optional<Marks> marks, ProcessHandle handle) {

    boolean marked(String jobId) {
      return marks.isPresent() && marks.get().jobId().equals(jobId);
    }

    /** In the session of a job, without telling more. */
    private boolean hiddenIn(JobIdentity job) {
      return hidden && session == job.pid() && self.startTicks() >= job.startTicks();
    }
  }

  /** The ids of the jobs of an attempt that have a living process, oldest first. */
  List<String> jobIds(String jobName, String directory) {
    TreeSet<String> ids = new TreeSet<>();
    for (Entry entry : entries) {
      entry
          .marks()
          .filter(marks -> marks.belongTo(jobName, directory))
          .ifPresent(marks -> ids.add(marks.jobId()));
    }
    return List.copyOf(ids);
  }

  /** The process that runs {@code job.sh}, if it lives. */
  Optional<Entry> leader(JobIdentity job) {
    return entries.stream().filter(entry -> entry.self().equals(job)).findFirst();
  }

  /** How many processes of a job live. */
  long living(JobIdentity job) {
    return entries.stream()
        .filter(
            entry -> entry.self().equals(job) || entry.marked(job.jobId()) || entry.hiddenIn(job))
        .count();
  }

  /** The processes of a job that may be signalled: only those that carry its marks. */
  List<Entry> marked(JobIdentity job) {
    return entries.stream().filter(entry -> entry.marked(job.jobId())).toList();
  }

  /**
   * What lived in either of two passes: a process can escape one pass when its parent starts it and
   * leaves while the list is being read.
   */
  Snapshot and(Snapshot later) {
    List<Entry> both = new ArrayList<>(later.entries());
    TreeSet<String> known = new TreeSet<>();
    both.forEach(entry -> known.add(entry.self().jobId()));
    entries.stream().filter(entry -> known.add(entry.self().jobId())).forEach(both::add);
    return new Snapshot(boot, both);
  }
}
