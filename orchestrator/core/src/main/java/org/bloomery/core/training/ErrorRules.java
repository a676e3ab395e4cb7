package org.bloomery.core.training;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bloomery.core.observe.EndCause;

/**
 * The texts by which errors are known, most telling first.
 *
 * <p>Sources: the messages of PyTorch, NCCL, DeepSpeed, SLURM and the Linux kernel as they stand in
 * public logs of large trainings.
 */
final class ErrorRules {
  /**
   * One text.
   *
   * @param trigger what each such line holds
   * @param pattern what it must hold besides
   */
  private record Rule(EndCause cause, String trigger, Letters letters, Optional<Pattern> pattern) {
    int start(String text) {
      int at = text.indexOf(trigger);
      if (at < 0 || pattern.isEmpty()) {
        return at;
      }
      Matcher matcher = pattern.get().matcher(text);
      return matcher.find() ? matcher.start() : -1;
    }
  }

  /** What a text means, and where in it that begins. */
  record Hit(EndCause cause, int start) {}

  private static final List<Rule> RULES =
      List.of(
          // The scheduler's and the kernel's own words.
          rule(
              EndCause.TIME_LIMIT, "CANCELLED AT", "CANCELLED AT \\S{1,40} (?i:DUE TO TIME LIMIT)"),
          rule(EndCause.NODE_FAILURE, "DUE TO NODE FAILURE"),
          rule(EndCause.NODE_FAILURE, "Node failure on "),
          rule(EndCause.NODE_FAILURE, "node fail", "(?i)due to node fail"),
          rule(EndCause.PREEMPTED, "DUE TO PREEMPTION"),
          rule(EndCause.PREEMPTED, "due to preemption"),
          rule(EndCause.HOST_OUT_OF_MEMORY, "oom-kill"),
          rule(EndCause.HOST_OUT_OF_MEMORY, "oom_kill"),
          rule(EndCause.HOST_OUT_OF_MEMORY, "cgroup out-of-memory"),
          rule(
              EndCause.HOST_OUT_OF_MEMORY,
              "Out Of Memory",
              "(?:task|tasks|step) \\S{1,80}: Out Of"),
          rule(EndCause.HOST_OUT_OF_MEMORY, "Exceeded job memory limit"),
          rule(EndCause.HOST_OUT_OF_MEMORY, "Out of memory: Kill"),
          rule(EndCause.HOST_OUT_OF_MEMORY, "running beyond physical memory limits"),
          rule(
              EndCause.CANCELLED,
              "CANCELLED AT",
              "CANCELLED AT \\S{1,40}(?i: DUE TO|.{0,2}\\*\\*\\*)"),
          // Where it writes.
          rule(EndCause.DISK_FULL, "No space left on device"),
          rule(EndCause.DISK_FULL, "Disk quota exceeded"),
          rule(EndCause.DISK_FULL, "inline_container.cc", "unexpected pos"),
          // What it loads.
          rule(EndCause.CHECKPOINT_DAMAGED, "PytorchStreamReader failed"),
          rule(EndCause.CHECKPOINT_DAMAGED, "failed finding central directory"),
          rule(EndCause.CHECKPOINT_DAMAGED, "is different from saved mp_world_size"),
          rule(EndCause.CHECKPOINT_DAMAGED, "ZeRORuntimeException"),
          rule(EndCause.CHECKPOINT_DAMAGED, "len(self.ckpt_list)"),
          rule(EndCause.CHECKPOINT_DAMAGED, "Invalid checkpoints and world size for sd split"),
          rule(EndCause.CHECKPOINT_DAMAGED, "Invalid for universal checkpoint"),
          rule(EndCause.CHECKPOINT_DAMAGED, "invalid magic number; corrupt file"),
          rule(EndCause.CHECKPOINT_DAMAGED, "UnpicklingError"),
          rule(EndCause.CHECKPOINT_DAMAGED, "Ran out of input"),
          rule(EndCause.CHECKPOINT_DAMAGED, "BadZipFile"),
          rule(EndCause.CHECKPOINT_DAMAGED, "The file might be corrupted"),
          rule(EndCause.CHECKPOINT_DAMAGED, "in loading state_dict"),
          rule(
              EndCause.CHECKPOINT_DAMAGED,
              "Error: ",
              "(?:FileNotFound|Assertion|EOF|Runtime|Key)Error: .{0,1000}"
                  + "(?:global_step\\d|_states\\.pt)"),
          // GPU memory goes before GPU faults: its texts are special cases of theirs.
          rule(
              EndCause.GPU_OUT_OF_MEMORY,
              " out of memory",
              "(?:CUDA|HIP)(?: error:)? out of memory"),
          rule(EndCause.GPU_OUT_OF_MEMORY, "OutOfMemoryError"),
          rule(EndCause.GPU_OUT_OF_MEMORY, "CUBLAS_STATUS_ALLOC_FAILED"),
          rule(EndCause.GPU_OUT_OF_MEMORY, "cudaErrorMemoryAllocation"),
          rule(
              EndCause.USER_CODE,
              "CUDA error: ",
              "CUDA error: (?:device-side assert|invalid device ordinal|no kernel image|invalid arg"
                  + "|invalid config|peer access|initialization error)"),
          // When a process dies, its CUDA context goes with it: a consequence.
          rule(EndCause.UNKNOWN, "driver shutting down"),
          rule(EndCause.GPU_FAULT, "uncorrectable ECC"),
          rule(EndCause.GPU_FAULT, "cudaErrorECC"),
          rule(EndCause.GPU_FAULT, "ECC error encountered"),
          rule(EndCause.GPU_FAULT, "NVRM: Xid"),
          rule(EndCause.GPU_FAULT, "fallen off the bus"),
          rule(EndCause.GPU_FAULT, "GPU is lost"),
          rule(EndCause.GPU_FAULT, "Unable to determine the device handle"),
          rule(EndCause.GPU_FAULT, "No CUDA GPUs are available"),
          rule(
              EndCause.GPU_FAULT,
              "CUBLAS_STATUS_",
              "_(?:NOT_INITIALIZED|EXECUTION_FAILED|INTERNAL)"),
          rule(
              EndCause.GPU_FAULT,
              "CUDNN_STATUS_",
              "_(?:NOT_INITIALIZED|EXECUTION_FAILED|INTERNAL)"),
          rule(EndCause.GPU_FAULT, "CUDA error: "),
          // The host's memory, as processes see it.
          rule(EndCause.HOST_OUT_OF_MEMORY, "Cannot allocate memory"),
          rule(
              EndCause.HOST_OUT_OF_MEMORY,
              "DefaultCPUAllocator",
              "can't allocate|not enough memory"),
          rule(EndCause.HOST_OUT_OF_MEMORY, "insufficient shared memory"),
          rule(EndCause.HOST_OUT_OF_MEMORY, "out of shared memory"),
          rule(EndCause.HOST_OUT_OF_MEMORY, "MemoryError", "(?<![A-Za-z])MemoryError"),
          // Somebody's signal.
          // Elastic calls whichever rank it looked at first the root cause, also when two fail
          // within a second: the signal is what tells.
          rule(EndCause.RANK_KILLED, "Signal 9 (SIGKILL) received by PID"),
          rule(EndCause.RANK_KILLED, "terminated with signal SIG", "SIG(?:KILL|TERM)"),
          rule(EndCause.RANK_KILLED, " Killed", "line \\d{1,9}: {1,8}\\d{1,9} Killed"),
          rule(EndCause.RANK_KILLED, ": Killed", "srun: error: .{1,200}: Killed"),
          rule(EndCause.RANK_KILLED, "is killed by signal: Killed"),
          // Consequences, mostly: the other ranks of one that is gone.
          rule(EndCause.COMMUNICATION_FAULT, "NCCL error"),
          rule(EndCause.COMMUNICATION_FAULT, "NCCL Error"),
          rule(EndCause.COMMUNICATION_FAULT, "ncclSystemError"),
          rule(EndCause.COMMUNICATION_FAULT, "ncclRemoteError"),
          rule(EndCause.COMMUNICATION_FAULT, "ncclInternalError"),
          rule(EndCause.COMMUNICATION_FAULT, "ncclUnhandledCudaError"),
          rule(
              EndCause.COMMUNICATION_FAULT,
              "NCCL WARN",
              "Connect to|Call to \\w{1,40} (?:failed|ret)"
                  + "|Got completion (?:from|with)|Timeout"),
          rule(EndCause.COMMUNICATION_FAULT, "NCCL operations have failed"),
          rule(EndCause.COMMUNICATION_FAULT, "collective operation timeout"),
          rule(EndCause.COMMUNICATION_FAULT, "Connection closed by peer"),
          rule(EndCause.COMMUNICATION_FAULT, "onnection reset by peer"),
          rule(EndCause.COMMUNICATION_FAULT, "onnection refused"),
          rule(EndCause.COMMUNICATION_FAULT, "roken pipe"),
          rule(EndCause.COMMUNICATION_FAULT, "Socket Timeout"),
          rule(EndCause.COMMUNICATION_FAULT, "gloo/transport"),
          rule(
              EndCause.COMMUNICATION_FAULT,
              "Error",
              "Rendezvous\\w{0,20}Error|Dist(?:Store|Network" + "|Backend)Error"));

  private ErrorRules() {}

  /** What a piece of a line means; the first rule that fits counts. */
  static Optional<Hit> find(String text) {
    Letters letters = Letters.of(text);
    for (Rule rule : RULES) {
      int start = letters.mayContain(rule.letters()) ? rule.start(text) : -1;
      if (start >= 0) {
        return Optional.of(new Hit(rule.cause(), start));
      }
    }
    return Optional.empty();
  }

  private static Rule rule(EndCause cause, String trigger) {
    return new Rule(cause, trigger, Letters.of(trigger), Optional.empty());
  }

  private static Rule rule(EndCause cause, String trigger, String regex) {
    return new Rule(cause, trigger, Letters.of(trigger), Optional.of(Pattern.compile(regex)));
  }
}
