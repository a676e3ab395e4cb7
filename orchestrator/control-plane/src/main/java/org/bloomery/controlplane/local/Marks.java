package org.bloomery.controlplane.local;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bloomery.core.port.ResourceManager.JobRequest;

/**
 * What every process of a job carries in its environment, so that it can be found again whoever
 * started it and whatever became of its parent.
 *
 * @param jobId absent only while the job's first process has not computed it yet; then its own
 */
record Marks(String jobName, String directory, String jobId) {
  static final String JOB_NAME = "BLOOMERY_JOB_NAME";
  static final String DIRECTORY = "BLOOMERY_ATTEMPT_DIRECTORY";
  static final String RUN = "BLOOMERY_RUN";
  static final String ATTEMPT = "BLOOMERY_ATTEMPT";

  /**
   * Not {@code BLOOMERY_JOB_ID}: by that the job script finds what it may kill, itself excepted.
   */
  static final String SESSION = "BLOOMERY_SESSION";

  /** The marks that a job starts with; the job id follows once there is a process to name. */
  static Map<String, String> of(JobRequest request) {
    Map<String, String> marks = new TreeMap<>();
    marks.put(JOB_NAME, request.jobName());
    marks.put(DIRECTORY, request.directory());
    marks.put(RUN, request.run().value());
    marks.put(ATTEMPT, Integer.toString(request.attempt()));
    return marks;
  }

  /** The marks in a process's environment, if it is one of ours. */
  static Optional<Marks> in(Map<String, String> environment, JobIdentity self) {
    String jobName = environment.get(JOB_NAME);
    String directory = environment.get(DIRECTORY);
    if (jobName == null || directory == null) {
      return Optional.empty();
    }
    return Optional.of(
        new Marks(jobName, directory, environment.getOrDefault(SESSION, self.jobId())));
  }

  boolean belongTo(String wantedJobName, String wantedDirectory) {
    return jobName.equals(wantedJobName) && directory.equals(wantedDirectory);
  }
}
