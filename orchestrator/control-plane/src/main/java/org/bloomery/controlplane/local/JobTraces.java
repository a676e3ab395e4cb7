package org.bloomery.controlplane.local;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.bloomery.controlplane.files.AttemptTraces;
import org.bloomery.controlplane.files.ClaimFile.Claim;
import org.bloomery.controlplane.files.Reading;
import org.bloomery.controlplane.files.SubmissionFile;
import org.bloomery.controlplane.files.SubmissionFile.Started;
import org.bloomery.core.ledger.Posting.Source;
import org.bloomery.core.observe.Usage;

/** What lies in an attempt's directory about its jobs on this machine. */
record JobTraces(AttemptTraces traces, Reading<Started> submission) {

  /**
   * Reads an attempt's directory as it is now; an attempt without a directory has no files.
   *
   * @throws IOException if the file system does not answer, or is not there
   */
  static JobTraces read(Path directory) throws IOException {
    return new JobTraces(AttemptTraces.read(directory), SubmissionFile.read(directory));
  }

  Optional<Claim> claim() {
    return traces.claim().value();
  }

  /** The claim, if this job made it. */
  Optional<Claim> claimOf(String jobId) {
    return traces.claimOf(jobId);
  }

  /** A home on a network file system can be served on another host than its jobs run on. */
  boolean mayLiveOnAnotherHost(String jobId, String host) {
    boolean over = traces.exitOf(jobId).isPresent();
    return !over && claimOf(jobId).filter(c -> !c.host().equals(host)).isPresent();
  }

  String whereItLives() {
    return "if it lives, it does so on "
        + claim().map(Claim::host).orElse("another host")
        + ": serve this home there";
  }

  /** What a job of this attempt used; its own record is all the accounting that there is here. */
  Usage usage(String jobId, int devices, Instant submitted) throws IOException {
    Usage used = traces.usage(jobId, devices, submitted);
    return new Usage(
        used.start(),
        used.end(),
        used.allocated(),
        used.charged(),
        used.source(),
        used.source() == Source.EXIT_RECORD);
  }
}
