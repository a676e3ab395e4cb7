package org.bloomery.core.spec;

import java.util.HashSet;
import java.util.Set;

/** The rules between the fields of a cluster profile. */
final class ProfileRules {
  private static final String PARTITIONS = "spec.partitions";
  private static final String QOS = "spec.qos";
  private static final String SPACES = "spec.spaces";
  private static final String POLL = "spec.timings.pollInterval";
  private static final String FLOOR = "spec.timings.pollFloor";
  private static final String RUNS_ROOT = "spec.runsRoot";

  private final Facts facts;

  private ProfileRules(Facts facts) {
    this.facts = facts;
  }

  static void check(Facts facts) {
    ProfileRules rules = new ProfileRules(facts);
    Set<String> partitions = rules.names(PARTITIONS);
    rules.names(QOS);
    for (int i = 0; i < facts.size(PARTITIONS); i++) {
      rules.partition(PARTITIONS + "[" + i + "]");
    }
    Set<String> withDefault = new HashSet<>();
    for (int i = 0; i < facts.size(QOS); i++) {
      rules.qos(QOS + "[" + i + "]", partitions, withDefault);
    }
    rules.polling();
    rules.runsRoot();
  }

  /** The names of a list's items, each of which must have one of its own. */
  private Set<String> names(String list) {
    Set<String> names = new HashSet<>();
    for (int i = 0; i < facts.size(list); i++) {
      String path = list + "[" + i + "].name";
      facts
          .word(path)
          .filter(name -> !names.add(name))
          .ifPresent(name -> contradiction(path, "the name " + name + " is there twice"));
    }
    return names;
  }

  private void partition(String path) {
    String devices = path + ".devicesPerNode";
    String cores = path + ".coresPerNode";
    String share = path + ".coresPerDevice";
    if (facts.has(devices, cores, share)
        && facts.whole(devices) * facts.whole(share) > facts.whole(cores)) {
      contradiction(
          share,
          facts.whole(devices)
              + " devices with "
              + facts.whole(share)
              + " cores each exceed the "
              + facts.whole(cores)
              + " cores of a node");
    }
    String required = path + ".constraintRequired";
    boolean noneKnown =
        facts.has(required)
            && facts.value(required, Boolean.class)
            && facts.size(path + ".constraints") == 0;
    if (noneKnown) {
      contradiction(required, "a constraint is required, but none is listed");
    }
  }

  private void qos(String path, Set<String> partitions, Set<String> withDefault) {
    String isDefault = path + ".default";
    for (int i = 0; i < facts.size(path + ".partitions"); i++) {
      String one = path + ".partitions[" + i + "]";
      if (!facts.has(one)) {
        continue;
      }
      String name = facts.value(one, String.class);
      if (!partitions.contains(name)) {
        contradiction(one, "the profile has no partition " + Shown.quoted(name));
      } else if (facts.has(isDefault)
          && facts.value(isDefault, Boolean.class)
          && !withDefault.add(name)) {
        contradiction(isDefault, name + " has a default quality of service already");
      }
    }
  }

  private void polling() {
    if (facts.has(POLL, FLOOR) && facts.duration(POLL).compareTo(facts.duration(FLOOR)) < 0) {
      contradiction(
          POLL,
          TimeSpan.words(facts.duration(POLL))
              + " is shorter than the site's pollFloor of "
              + TimeSpan.words(facts.duration(FLOOR)));
    }
  }

  /** Scripts and logs must outlive their run. */
  private void runsRoot() {
    for (int i = 0; i < facts.size(SPACES); i++) {
      String space = SPACES + "[" + i + "]";
      if (!facts.has(RUNS_ROOT, space, space + ".purgeAfter")) {
        continue;
      }
      Space one = facts.value(space, Space.class);
      if (one.depthOf(facts.value(RUNS_ROOT, String.class)) > 0) {
        contradiction(
            RUNS_ROOT,
            "it lies in "
                + one.name()
                + ", where files that nobody has read for "
                + TimeSpan.words(facts.duration(space + ".purgeAfter"))
                + " are deleted");
      }
    }
  }

  private void contradiction(String path, String message) {
    facts.problem(SpecCode.PROFILE, path, message, "Correct one of the two.");
  }
}
