package org.bloomery.core.spec;

/**
 * Every kind of problem that a spec can have; the ids are stable and documented in {@code
 * docs/spec-problems.md}.
 */
public enum SpecCode {
  TOO_LARGE(1, "The file is too large"),
  BAD_CHARACTERS(2, "The file holds bytes or characters that text must not hold"),
  SYNTAX(3, "The file is not YAML"),
  EMPTY(4, "The file holds no document"),
  SEVERAL_DOCUMENTS(5, "The file holds more than one document"),
  TOO_DEEP(6, "The file nests too deeply or holds too many values"),
  ANCHOR_OR_ALIAS(7, "Anchors and aliases are not allowed"),
  TAG(8, "Tags and directives are not allowed"),
  DUPLICATE_KEY(9, "A key is there twice"),
  UNKNOWN_KEY(10, "A key is not known"),
  MISSING_FIELD(11, "A field is missing"),
  OUT_OF_RANGE(12, "A number is out of its range"),
  WRONG_KIND(13, "A value has the wrong shape: single value, list or map"),
  NO_VALUE(14, "A field has no value"),
  NOT_A_NUMBER(15, "A value is not a number"),
  NOT_A_DURATION(16, "A value is not a duration"),
  NOT_A_SIZE(17, "A value is not a size"),
  NOT_A_CHOICE(18, "A value is none of the choices"),
  NOT_ALLOWED_TEXT(19, "A text holds characters that are not allowed there"),
  BAD_PATH(20, "A path is not allowed"),
  UNKNOWN_VARIABLE(21, "A path starts with a variable that is not known"),
  WRONG_LENGTH(22, "A list or map has too few or too many entries"),
  UNKNOWN_API_VERSION(23, "The apiVersion is not known"),
  WRONG_DOCUMENT(24, "The document is of another kind than was asked for"),
  RESERVED_NAME(26, "A name belongs to the control plane or to another field"),
  NOT_A_DAY(27, "A value is not a day of the calendar"),
  ALLOCATION(28, "The allocation's period or warnings contradict each other"),
  PURGED(29, "The space deletes files that are to be kept", Severity.WARNING),
  HEADS_DO_NOT_DIVIDE(30, "The attention heads do not divide the hidden size"),
  TENSOR_DOES_NOT_DIVIDE(31, "Tensor parallelism does not divide the model evenly"),
  LAYERS_DO_NOT_DIVIDE(32, "The layers do not divide over the pipeline stages"),
  SEQUENCE_TOO_LONG(33, "The sequence is longer than the positions"),
  DEVICES_DO_NOT_DIVIDE(34, "The devices do not divide into model replicas"),
  TENSOR_SPANS_NODES(35, "Tensor parallelism spans nodes"),
  BATCH_DOES_NOT_DIVIDE(36, "A global batch does not divide over the replicas"),
  RAMP_UP(37, "The batch ramp-up does not lead to the global batch"),
  TOO_FEW_SAMPLES(38, "The samples are fewer than one global batch"),
  LEARNING_RATE(39, "The learning rate's numbers contradict each other"),
  EXIT_DURATION(40, "The exit duration is not a whole number of minutes"),
  MIXTURE(41, "The mixture's weights or names are wrong"),
  BACKOFF(42, "The first wait is longer than the longest"),
  NOT_ON_THIS_CLUSTER(43, "The cluster cannot give what is asked for"),
  INCLUDE_UNREADABLE(44, "An included file cannot be read"),
  INCLUDE_PATH(45, "An included path leads out of the spec's directories"),
  INCLUDE_CYCLE(46, "Files include each other"),
  INCLUDE_LIMIT(47, "Includes are too deep, too many or too large"),
  REVISION(48, "A revision changes what must stay while a run goes on"),
  REVISION_ORDER(49, "The revisions are not in order"),
  UNIVERSAL_CHECKPOINT(50, "A universal checkpoint is missing, or of no use"),
  NUMBER_FORMAT(51, "The precision does not go with the loss scale or the ZeRO stage"),
  ZERO_STAGE(52, "The ZeRO stage does not go with the offload or the pipeline"),
  CURRICULUM(53, "The curriculum's numbers contradict each other"),
  VOCABULARY_PADDING(54, "The vocabulary is not padded as the trainer pads it"),
  SKIPPED_ITERATIONS(55, "The skipped iterations are not in order"),
  TOKENIZER(56, "The tokenizer is not fully named"),
  DOCUMENTS(57, "The parts of the datasets or their groups contradict each other"),
  SHARED_DIRECTORY(58, "Another live run saves into the same directory"),
  STORAGE(59, "The checkpoints do not fit into their space"),
  UNKNOWN_PARTITION(60, "The cluster has no such partition"),
  CONSTRAINT(61, "The constraint does not fit the partition"),
  ACCOUNT(62, "The account may not compute in the partition"),
  QOS(63, "The quality of service is not known, or not valid in the partition"),
  TIME_LIMIT(64, "The time limit is longer than the site allows", Severity.WARNING),
  TOO_MANY_NODES(65, "The partition has fewer nodes"),
  TOO_MANY_GPUS(66, "The quality of service allows fewer GPUs"),
  CHARGED_FOR_MORE(67, "The site charges for more GPUs than are used", Severity.WARNING),
  TOO_MANY_CORES(68, "A node has fewer cores"),
  FEW_CORES(69, "The GPUs come with more cores than are asked for", Severity.WARNING),
  HINT(70, "The site asks for another hint", Severity.WARNING),
  SHORT_TIME_LIMIT(71, "The time limit is very short", Severity.WARNING),
  NEEDS_INTERNET(72, "The nodes do not reach the internet", Severity.WARNING),
  SUBMIT_LIMIT(73, "The site allows too few jobs for a prepared successor", Severity.WARNING),
  GRANT_NEEDED(74, "The quality of service is given to chosen projects only", Severity.WARNING),
  NO_EFFECT(75, "A field has no effect on this cluster", Severity.WARNING),
  SLOW_PRECISION(76, "The devices do not compute fast in this precision", Severity.WARNING),
  PROFILE(77, "The facts of a cluster profile contradict each other"),
  NEVER_LEAVES_BY_ITSELF(78, "The time limit comes before the exit duration", Severity.WARNING);

  private final int number;
  private final String title;
  private final Severity severity;

  SpecCode(int number, String title) {
    this(number, title, Severity.ERROR);
  }

  SpecCode(int number, String title, Severity severity) {
    this.number = number;
    this.title = title;
    this.severity = severity;
  }

  /** The stable id, such as {@code SPEC-012}. */
  public String id() {
    return "SPEC-0" + (number < 10 ? "0" : "") + number;
  }

  /** What it means, a few words. */
  public String title() {
    return title;
  }

  /** Whether a spec with this problem is refused; the same for every problem of the code. */
  public Severity severity() {
    return severity;
  }
}
