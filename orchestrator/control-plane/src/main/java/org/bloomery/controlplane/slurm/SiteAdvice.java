package org.bloomery.controlplane.slurm;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bloomery.core.spec.ClusterProfile;

/** What a site's settings mean for the runs of its users, and where its profile says otherwise. */
final class SiteAdvice {
  private static final Pattern VERSION = Pattern.compile("([0-9]{2})\\.([0-9]{2}).*");
  private static final int OLDEST = 2011;
  private static final int NEWEST = 2511;

  /** The job script needs a moment after its training to write down how that ended. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(5);

  private static final Duration LONG_TIMEOUT = Duration.ofSeconds(30);

  private final SiteFacts facts;
  private final ClusterProfile profile;
  private final List<Finding> findings = new ArrayList<>();

  private SiteAdvice(SiteFacts facts, ClusterProfile profile) {
    this.facts = facts;
    this.profile = profile;
  }

  /** All findings, in a fixed order. */
  static List<Finding> of(SiteFacts facts, ClusterProfile profile) {
    SiteAdvice advice = new SiteAdvice(facts, profile);
    advice.version();
    advice.accounting();
    advice.preemption();
    advice.requeue();
    advice.dependents();
    advice.queueMemory();
    advice.killWait();
    advice.overTimeLimit();
    advice.unkillable();
    advice.messageTimeout();
    return List.copyOf(advice.findings);
  }

  private void version() {
    String version = facts.version().orElse("of an unknown version");
    Matcher parts = VERSION.matcher(version);
    int number =
        parts.matches()
            ? Integer.parseInt(parts.group(1)) * 100 + Integer.parseInt(parts.group(2))
            : 0;
    findings.add(
        number >= OLDEST && number <= NEWEST
            ? Finding.good("SLURM " + version)
            : Finding.doubtful(
                "SLURM " + version + " is none of 20.11 to 25.11, whose words are known here",
                "Watch the first runs: a state that is not known makes them wait"));
  }

  private void accounting() {
    if (!facts.accounting()) {
      findings.add(
          Finding.doubtful(
              "there is no accounting: bills come from the jobs' own records, and nobody audits"
                  + " them",
              ""));
    } else if (!facts.countsDevices()) {
      findings.add(
          Finding.doubtful(
              "accounting counts no GPUs: bills count those that were asked for, and are not"
                  + " audited",
              "Ask the site for AccountingStorageTRES=gres/gpu"));
    } else {
      findings.add(Finding.good("accounting counts GPUs: bills are audited to the second"));
    }
  }

  private void preemption() {
    String mode = facts.preemptMode().orElse("OFF").toUpperCase(Locale.ROOT);
    if (mode.contains("SUSPEND") || mode.contains("GANG")) {
      findings.add(
          Finding.doubtful(
              "jobs can be suspended for others (PreemptMode="
                  + mode
                  + "): a suspended training"
                  + " looks like one that hangs",
              "Choose a partition or a quality of service that is not preempted"));
    } else if (mode.equals("OFF")) {
      findings.add(Finding.good("jobs are not preempted (PreemptMode=OFF)"));
    } else {
      findings.add(
          Finding.good(
              "a preempted attempt ends (PreemptMode="
                  + mode
                  + ", and jobs say --no-requeue): the control plane submits the next one"));
    }
  }

  private void requeue() {
    boolean requeues = facts.requeues().orElse(false);
    Optional<Boolean> said = profile.jobRules().requeues();
    findings.add(
        said.isEmpty() || said.get() == requeues
            ? Finding.good(
                requeues
                    ? "SLURM starts jobs again by itself (JobRequeue=1), but not those that say"
                        + " --no-requeue, as all of ours do"
                    : "SLURM does not start jobs again by itself (JobRequeue=0)")
            : differs("jobRules.requeues", said.get(), requeues));
  }

  private void dependents() {
    boolean ages = facts.dependentsAge();
    Optional<Boolean> said = profile.jobRules().ageOfDependentJobsGrows();
    if (said.isPresent() && said.get() != ages) {
      findings.add(differs("jobRules.ageOfDependentJobsGrows", said.get(), ages));
    } else {
      findings.add(
          Finding.good(
              ages
                  ? "a job that waits for another gains priority meanwhile"
                      + " (PriorityFlags=ACCRUE_ALWAYS):"
                      + " successors are queued early"
                  : "a job that waits for another gains no priority meanwhile (PriorityFlags"
                      + " without ACCRUE_ALWAYS): successors are queued when their turn has come"));
    }
  }

  private void queueMemory() {
    Duration interval = profile.timings().lookInterval();
    facts
        .minJobAge()
        .ifPresent(
            age ->
                findings.add(
                    age.compareTo(interval.multipliedBy(2)) >= 0
                        ? Finding.good(
                            "finished jobs stay in the queue for "
                                + seconds(age)
                                + " (MinJobAge), looks are "
                                + seconds(interval)
                                + " apart")
                        : Finding.doubtful(
                            "finished jobs leave the queue after "
                                + seconds(age)
                                + " (MinJobAge), looks are "
                                + seconds(interval)
                                + " apart: ends are seen only by accounting",
                            "Shorten timings.pollInterval if the site allows it")));
  }

  private void killWait() {
    Duration ours = profile.timings().killWait();
    facts
        .killWait()
        .ifPresent(
            wait ->
                findings.add(
                    ours.plus(LAST_WORDS).compareTo(wait) <= 0
                        ? Finding.good("KillWait is " + seconds(wait))
                        : Finding.doubtful(
                            "SIGKILL follows SIGTERM after "
                                + seconds(wait)
                                + " (KillWait), and timings.killWait is "
                                + seconds(ours)
                                + ": an ended job cannot write down how it ended",
                            "Set timings.killWait to at most "
                                + seconds(wait.minus(LAST_WORDS))
                                + " in the profile")));
  }

  private void overTimeLimit() {
    Duration ours = profile.jobRules().overTimeLimit();
    facts
        .overTimeLimit()
        .ifPresent(
            theirs ->
                findings.add(
                    theirs.compareTo(ours) <= 0
                        ? Finding.good(
                            "a job ends "
                                + (theirs.isZero() ? "at" : "at most " + seconds(theirs) + " after")
                                + " its limit (OverTimeLimit)")
                        : Finding.doubtful(
                            "jobs may run "
                                + seconds(theirs)
                                + " longer than their limit (OverTimeLimit), and"
                                + " jobRules.overTimeLimit is "
                                + seconds(ours)
                                + ": a job can cost more than is reserved for it",
                            "Set jobRules.overTimeLimit to "
                                + seconds(theirs)
                                + " in the profile")));
  }

  private void unkillable() {
    Optional<Duration> ours = profile.jobRules().unkillableTime();
    facts
        .unkillableStepTimeout()
        .filter(theirs -> ours.isPresent() && !ours.get().equals(theirs))
        .ifPresent(
            theirs ->
                findings.add(
                    differs("jobRules.unkillableTime", seconds(ours.get()), seconds(theirs))));
  }

  private void messageTimeout() {
    facts
        .messageTimeout()
        .ifPresent(
            timeout ->
                findings.add(
                    timeout.compareTo(LONG_TIMEOUT) <= 0
                        ? Finding.good(
                            "commands give up on the controller after " + seconds(timeout))
                        : Finding.doubtful(
                            "commands give up on the controller only after "
                                + seconds(timeout)
                                + ": while it is down, everything here is slow",
                            "")));
  }

  private static Finding differs(String key, Object said, Object found) {
    return Finding.doubtful(
        key + " is " + said + " in the profile, and " + found + " at the site",
        "Correct the profile");
  }

  private static String seconds(Duration time) {
    return time.toSeconds() + " s";
  }
}
