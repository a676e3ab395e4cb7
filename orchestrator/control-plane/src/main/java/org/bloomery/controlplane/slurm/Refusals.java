package org.bloomery.controlplane.slurm;

import java.util.List;
import java.util.Locale;

/**
 * SLURM's words for why it does not do something: the texts of {@code slurm_errno.c}, from 20.11 to
 * 25.05. What is not listed here proves nothing.
 */
final class Refusals {
  /** Also said of a job that is over and forgotten. */
  static final String INVALID_JOB_ID = "Invalid job id specified";

  /** What is said of a job on which nothing can be done any more. */
  private static final List<String> OVER =
      List.of(
          INVALID_JOB_ID,
          "Job/step already completing or completed",
          "Job has already finished",
          "Job is not pending nor running");

  /** Trouble on the way to the controller or back: it may have heard and done everything. */
  private static final List<String> UNREACHABLE =
      List.of(
          "Socket timed out",
          "Unable to contact",
          "Zero Bytes were transmitted or received",
          "Communication connection failure",
          "Communication shutdown failure",
          "Connection refused",
          "Connection reset",
          "Connection timed out",
          "Broken pipe",
          "Message send failure",
          "Message receive failure",
          "Header lengths are longer than data received",
          "Insane message length",
          "Unexpected message received",
          "Unexpected missing socket error",
          "Transport endpoint is not connected");

  /** The controller's own no, for now: the very same request may succeed later. */
  private static final List<String> FOR_NOW =
      List.of(
          "Controller is in standby mode, try a different controller",
          "I/O error writing script/environment to file",
          "Job can not start due to maintenance reservation.",
          "Licenses currently unavailable",
          "Partition in DOWN state",
          "Rate limit exceeded, please retry momentarily",
          "Requested nodes are busy",
          "Requested partition configuration not available now",
          "Requested reservation is in use",
          "Requested reservation not usable now",
          "Required node not available (down, drained or reserved)",
          "Required partition not available (inactive or drain)",
          "Resource temporarily unavailable",
          "Slurm backup controller in standby mode",
          "Switch resources currently not available",
          "System submissions disabled",
          "Unable to create job record, try again",
          "Unable to open file");

  /** The controller's own no to what the job asks for: it would say so again. */
  private static final List<String> FOR_GOOD =
      List.of(
          "Access denied to requested reservation",
          "Access/permission denied",
          "Batch script contains DOS line breaks",
          "Batch script contains only whitespace",
          "Batch script is empty",
          "Burst Buffer permission denied",
          "Burst Buffer request invalid",
          "Burst Buffer resource limit exceeded",
          "CPU count per node can not be satisfied",
          "CPU count specification invalid",
          "Cannot request more threads per core than the job allocation",
          "Circular job dependency",
          "Duplicate generic resource (gres) specification",
          "Environment is missing in job",
          "Invalid --nice value",
          "Invalid GRES specification (with and without type identification)",
          "Invalid Trackable RESource (TRES) specification",
          "Invalid account or account/partition combination specified",
          "Invalid cluster feature specification",
          "Invalid feature specification",
          "Invalid generic resource (gres) specification",
          "Invalid group id",
          "Invalid license specification",
          "Invalid mcs_label specified",
          "Invalid node name specified",
          "Invalid partition name specified",
          "Invalid preferred feature specification",
          "Invalid qos specification",
          "Invalid time specified",
          "Invalid time-min specification (exceeds job's time or other limits)",
          "Invalid user id",
          "Invalid wckey specification",
          "Job --batch option is invalid or not a subset of --constraints",
          "Job dependency problem",
          "Job is no longer pending execution",
          "Job script not specified",
          "Job size specification needs to be provided",
          "Memory required by task is not available",
          "Memory specification can not be satisfied",
          "More processors requested than permitted",
          "Multiple partition job request not supported when a partition is set in the association",
          "No partition specified or system default partition",
          "Node count specification invalid",
          "Only batch jobs are accepted or processed",
          "Pathname of a file, directory or other parameter too long",
          "Requested GRES option unsupported by configured SelectType plugin",
          "Requested account has breached requested QOS usage threshold",
          "Requested node configuration is not available",
          "Requested nodes not in this partition",
          "Requested operation not supported on this system",
          "Requested reservation is invalid",
          "Requested time limit is invalid (missing or exceeds some limit)",
          "Task count specification invalid",
          "Task distribution specification invalid",
          "This does not look like a batch script",
          "Time limit specification required, but not provided",
          "User's group not permitted to use this partition");

  /** What it says of every limit of an account or a quality of service, small or large. */
  private static final String POLICY = "Job violates accounting/QOS policy";

  /**
   * Which limit, on a line of its own before: {@code QOSMaxSubmitJobPerUserLimit}, {@code
   * AssocGrpSubmitJobsLimit}, {@code MaxSubmitJobsPerAccount}. Others are about the size of the job
   * or about a budget that is spent, and no waiting helps.
   */
  private static final String COUNT_OF_JOBS = "(?s).*(?:Submit|MaxJobs|GrpJobs).*";

  private static final String LIMIT = "(?s).*\\b(?:QOS|Assoc|Max)\\w+.*";

  private Refusals() {}

  /** What a command's complaint proves. */
  enum Proof {
    /** Nothing was done, and asking again is no use. */
    FOR_GOOD,
    /** Nothing was done; it may be done later. */
    FOR_NOW,
    /** Nothing is left to be done: the job is over. */
    OVER,
    /** Nothing is proven. */
    NONE
  }

  /** What the words of a failed command prove. */
  static Proof of(String words) {
    if (isTroubleOnTheWay(words)) {
      return Proof.NONE;
    }
    if (words.contains(POLICY)) {
      return policy(words.substring(0, words.indexOf(POLICY)));
    }
    if (contains(words, FOR_NOW)) {
      return Proof.FOR_NOW;
    }
    if (contains(words, FOR_GOOD)) {
      return Proof.FOR_GOOD;
    }
    return contains(words, OVER) ? Proof.OVER : Proof.NONE;
  }

  /** Whether the controller may have heard more than it could answer. */
  static boolean isTroubleOnTheWay(String words) {
    return contains(words, UNREACHABLE);
  }

  /** Without the name of the limit it could be one that a finished job makes room in. */
  private static Proof policy(String before) {
    if (before.matches(COUNT_OF_JOBS)) {
      return Proof.FOR_NOW;
    }
    return before.matches(LIMIT) ? Proof.FOR_GOOD : Proof.FOR_NOW;
  }

  private static boolean contains(String words, List<String> texts) {
    String all = words.toLowerCase(Locale.ROOT);
    return texts.stream().anyMatch(text -> all.contains(text.toLowerCase(Locale.ROOT)));
  }
}
