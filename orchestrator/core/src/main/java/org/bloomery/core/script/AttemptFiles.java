package org.bloomery.core.script;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The texts of the files that the control plane writes into an attempt's directory.
 *
 * @param jobScript {@link #JOB_SCRIPT}
 * @param bodyScript {@link #BODY_SCRIPT}
 * @param deepSpeedConfig {@link #DEEPSPEED_CONFIG}
 * @param trainSplits {@link #TRAIN_SPLITS}
 * @param validSplits {@link #VALID_SPLITS}; absent if nothing is validated
 * @param jobSha256 of the job script's UTF-8 bytes, in lower-case hex
 * @param bodySha256 of the body script's UTF-8 bytes, in lower-case hex; {@code go} names it
 */
public record AttemptFiles(
    String jobScript,
    String bodyScript,
    String deepSpeedConfig,
    String trainSplits,
    Optional<String> validSplits,
    String jobSha256,
    String bodySha256) {

  public static final String JOB_SCRIPT = "job.sh";
  public static final String BODY_SCRIPT = "body.sh";
  public static final String DEEPSPEED_CONFIG = "ds_config.json";
  public static final String TRAIN_SPLITS = "train-splits.txt";
  public static final String VALID_SPLITS = "valid-splits.txt";

  /** Tells a started job that it may train, and what; see {@link GoFile}. */
  public static final String GO = "go";

  /** Written by the job: who owns the directory. */
  public static final String CLAIM = "claim";

  /** The view of the checkpoints that the training loads from. */
  public static final String LOAD = "load";

  /** Written by the job: what the training prints, between two lines of ours. */
  public static final String LOG = "train.log";

  /** Written by the job: what each node said of itself before the training. */
  public static final String PREFLIGHT_LOG = "preflight.log";

  /** Written by the job if its preflight fails on several nodes: those at fault, one a line. */
  public static final String BAD_NODES = "bad-nodes";

  /** Written by the job: how it ended. */
  public static final String EXIT_RECORD = "exit.json";

  /** Whoever creates this file asks the training to save and leave. */
  public static final String KILL_SWITCH = "kill-switch";

  /** What PyTorch's launcher keeps of each rank's output. */
  public static final String RANK_LOGS = "rank-logs";

  /** The texts by the names of their files. */
  public Map<String, String> texts() {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put(JOB_SCRIPT, jobScript);
    texts.put(BODY_SCRIPT, bodyScript);
    texts.put(DEEPSPEED_CONFIG, deepSpeedConfig);
    texts.put(TRAIN_SPLITS, trainSplits);
    validSplits.ifPresent(text -> texts.put(VALID_SPLITS, text));
    return texts;
  }
}
