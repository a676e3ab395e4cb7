package org.bloomery.core.spec;

import java.util.Optional;

/**
 * Which rules a run is judged by.
 *
 * @param isNew false for a run that was accepted before: what it may not be is no longer asked, so
 *     that a version with stricter rules still reads the runs that live
 * @param site whose rules hold too, if it is known
 */
record RunJudge(boolean isNew, Optional<KnownSite> site) {
  static final RunJudge ACCEPTED = new RunJudge(false, Optional.empty());
  static final RunJudge ALONE = new RunJudge(true, Optional.empty());

  static RunJudge at(KnownSite site) {
    return new RunJudge(true, Optional.of(site));
  }

  /**
   * Reports what is wrong.
   *
   * @param run the value, if each field is good by itself
   */
  void judge(Facts facts, Optional<RunSpec> run) {
    if (!isNew) {
      return;
    }
    RunRules.check(facts);
    site.ifPresent(known -> ClusterRules.check(facts, known.clusters()));
    if (site.isPresent() && run.isPresent() && !facts.binding().problems.hasErrors()) {
      StorageRules.check(facts, run.get(), site.get());
    }
  }
}
