package org.bloomery.core.spec;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** The rules between the parts of {@code spec.data}. */
final class DataRules {
  private static final String MIXTURE = "spec.data.mixture";
  private static final String VALIDATION = "spec.data.validation";
  private static final String TRAIN = "spec.data.split.train";
  private static final String TOKENIZER = "spec.data.tokenizer";

  /** Weights are written with about eight digits and may have been rounded. */
  private static final double WEIGHT_TOLERANCE = 1e-3;

  private final Facts facts;

  private DataRules(Facts facts) {
    this.facts = facts;
  }

  static void check(Facts facts) {
    DataRules rules = new DataRules(facts);
    rules.tokenizer();
    rules.mixture();
    rules.validation();
  }

  /** What Megatron's {@code build_tokenizer} asserts. */
  private void tokenizer() {
    if (facts.has(TOKENIZER + ".name", TOKENIZER + ".path")) {
      facts.problem(
          SpecCode.TOKENIZER,
          TOKENIZER + ".path",
          "the tokenizer has a published name and a path",
          "Keep one of the two.");
    }
    if (!facts.has(TOKENIZER + ".type")) {
      return;
    }
    String type = facts.value(TOKENIZER + ".type", String.class);
    if (type.equals("GPT2BPETokenizer")) {
      needs(type, facts.has(TOKENIZER + ".vocabularyFile"), "vocabularyFile");
      needs(type, facts.has(TOKENIZER + ".mergesFile"), "mergesFile");
    } else if (type.equals("PretrainedFromHF")) {
      boolean named = facts.has(TOKENIZER + ".name") || facts.has(TOKENIZER + ".path");
      needs(type, named, "name, or a path");
    }
  }

  private void needs(String type, boolean given, String what) {
    if (!given) {
      facts.problem(
          SpecCode.TOKENIZER,
          TOKENIZER + ".type",
          "a " + type + " needs a " + what,
          "Add it to data.tokenizer.");
    }
  }

  private void mixture() {
    int parts = facts.size(MIXTURE);
    Set<String> names = new HashSet<>();
    double sum = 0;
    boolean allWeights = parts > 0;
    for (int i = 0; i < parts; i++) {
      String weight = MIXTURE + "[" + i + "].weight";
      allWeights &= facts.has(weight);
      sum += facts.has(weight) ? facts.decimal(weight) : 0;
      range(MIXTURE + "[" + i + "].documents", 0, facts.has(TRAIN) ? facts.decimal(TRAIN) : 1);
      String name = MIXTURE + "[" + i + "].name";
      if (facts.has(name) && !names.add(facts.value(name, String.class))) {
        facts.problem(
            SpecCode.MIXTURE,
            name,
            "the dataset "
                + Shown.quoted(facts.value(name, String.class))
                + " is already in the mixture",
            "Give each dataset a name of its own.");
      }
    }
    if (allWeights && Math.abs(sum - 1) > WEIGHT_TOLERANCE) {
      facts.problem(
          SpecCode.MIXTURE,
          MIXTURE + "[0].weight",
          "the weights sum to " + String.format(Locale.ROOT, "%.5f", sum),
          "They must sum to 1 within " + WEIGHT_TOLERANCE + ".");
    }
  }

  private void validation() {
    Set<String> names = new HashSet<>();
    for (int i = 0; i < facts.size(VALIDATION); i++) {
      String group = VALIDATION + "[" + i + "]";
      String name = group + ".name";
      if (facts.has(name) && !names.add(facts.value(name, String.class))) {
        facts.problem(
            SpecCode.DOCUMENTS,
            name,
            "there is a group " + Shown.quoted(facts.value(name, String.class)) + " already",
            "Give each group a name of its own: losses are logged by it.");
      }
      for (int j = 0; j < facts.size(group + ".parts"); j++) {
        double start = facts.has(TRAIN) ? facts.decimal(TRAIN) : 0;
        range(group + ".parts[" + j + "].documents", start, 1);
      }
    }
  }

  /** The first document must come before the end; what is not given follows from the split. */
  private void range(String path, double least, double most) {
    String from = path + ".from";
    String to = path + ".to";
    double first = facts.has(from) ? facts.decimal(from) : least;
    double end = facts.has(to) ? facts.decimal(to) : most;
    if (first >= end && (facts.has(from) || facts.has(to))) {
      facts.problem(
          SpecCode.DOCUMENTS,
          facts.has(to) ? to : from,
          "no document lies between " + first + " and " + end,
          "Shares of the documents go up, such as {from: 0.95, to: 1}.");
    }
  }
}
