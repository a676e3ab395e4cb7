package org.bloomery.core.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Harmless programs that stand in for SLURM's, for NVIDIA's and for Python. They write down the
 * words that they are given, each followed by NUL; a job has the nodes n1, n2 and n3, all of them
 * on this machine.
 */
final class SlurmStandIns {
  static final List<String> NODES = List.of("n1", "n2", "n3");

  /** A task without --export=ALL does not even find bash, as a real one does not. */
  private static final String SRUN =
      """
      #!/bin/bash
      printf '%s\\0' "$@" > "$SEEN/srun"
      export_all=no kill_on_bad_exit=0
      while [[ $1 == -* ]]; do
        case $1 in
          --export=ALL) export_all=yes ;;
          --kill-on-bad-exit=*) kill_on_bad_exit=${1#*=} ;;
          --jobid) shift ;;
        esac
        shift
      done
      if [[ $export_all == no ]]; then
        echo "slurmstepd: error: execve(): $1: No such file or directory" >&2
        exit 2
      fi
      rank=0 tasks=() code=0
      trap 'kill "${tasks[@]}"; exit 143' TERM
      for node in n1 n2 n3; do
        SLURMD_NODENAME=$node SLURM_PROCID=$rank "$@" &
        tasks+=($!)
        rank=$((rank + 1))
      done
      for _ in "${tasks[@]}"; do
        status=0
        wait -n || status=$?
        if ((status > code)); then
          code=$status
        fi
        if ((status != 0 && kill_on_bad_exit == 1)); then
          kill "${tasks[@]}" 2> /dev/null || true
        fi
      done
      exit "$code"
      """;

  private static final String SCONTROL =
      """
      #!/bin/bash
      [[ $1 == show && $2 == hostnames && $3 == "n[1-3]" ]] || exit 1
      printf '%s\\n' n1 n2 n3
      """;

  /** One line for each device that the test says this node has. */
  private static final String NVIDIA_SMI =
      """
      #!/bin/bash
      file=$SEEN/devices.$SLURMD_NODENAME
      [[ -e $file ]] || file=$SEEN/devices
      printf '%s\n' "$(< "$file")"
      """;

  /**
   * The node test runs in a real Python, which finds no real device's program; the launcher starts
   * one rank, which a test may write.
   */
  private static final String PYTHON =
      """
      #!/bin/bash
      if [[ $1 == -c ]]; then
        [[ $3 == judge || ! -e $SEEN/dead.$SLURMD_NODENAME ]] || exit 1
        python3=$(python3 -c 'import sys; print(sys.executable)')
        PATH=${PATH%%:*} exec "$python3" "$@"
      fi
      printf '%s\\0' "$@" > "$SEEN/launcher.$SLURM_PROCID"
      while [[ $1 != */train.py ]]; do shift; done
      printf '%s\\0' "$PWD" "$SETUP" "$HOSTILE" "$@" > "$SEEN/trainer.$SLURM_PROCID"
      echo "rank $SLURM_PROCID meets at $MASTER_ADDR:$MASTER_PORT"
      if [[ -e $SEEN/rank ]]; then
        source "$SEEN/rank"
      fi
      """;

  final Path python;
  private final Path tools;
  private final Path seen;

  SlurmStandIns(Path root) throws IOException {
    tools = Files.createDirectories(root.resolve("tools"));
    seen = Files.createDirectories(root.resolve("seen"));
    program("srun", SRUN);
    program("scontrol", SCONTROL);
    program("bash", "#!/bin/bash\nexec /bin/bash \"$@\"\n");
    python = program("the python", PYTHON);
  }

  /** From now on, each node has devices that nvidia-smi shows: memory and memory used, in MiB. */
  SlurmStandIns devices(String... lines) throws IOException {
    program("nvidia-smi", NVIDIA_SMI);
    return devicesOf("", lines);
  }

  SlurmStandIns devicesOf(String node, String... lines) throws IOException {
    Path file = seen.resolve(node.isEmpty() ? "devices" : "devices." + node);
    Files.writeString(file, String.join("\n", lines) + "\n");
    return this;
  }

  /** A node on which no Python starts. */
  SlurmStandIns dead(String node) throws IOException {
    Files.createFile(seen.resolve("dead." + node));
    return this;
  }

  /** What each rank does, in bash; {@code $SLURM_PROCID} tells which it is. */
  SlurmStandIns rank(String... lines) throws IOException {
    Files.writeString(seen.resolve("rank"), String.join("\n", lines) + "\n");
    return this;
  }

  /** The environment of a job's first node, and where the stand-ins write. */
  Map<String, String> environment() {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("PATH", tools + ":" + System.getenv("PATH"));
    environment.put("SEEN", seen.toString());
    environment.put("SLURM_JOB_ID", "40123");
    environment.put("SLURM_JOB_NODELIST", "n[1-3]");
    environment.put("SLURM_JOB_NUM_NODES", "3");
    environment.put("SLURM_NNODES", "3");
    environment.put("SLURM_CPUS_PER_TASK", "16");
    environment.put("SLURM_EXPORT_ENV", "NONE");
    environment.put("SLURMD_NODENAME", "n1");
    return environment;
  }

  /** The words that a stand-in was given. */
  List<String> words(String by) throws IOException {
    String text = Files.readString(seen.resolve(by), StandardCharsets.UTF_8);
    List<String> words = List.of(text.split("\0", -1));
    assertThat(words).last().isEqualTo("");
    return words.subList(0, words.size() - 1);
  }

  boolean saw(String what) {
    return Files.exists(seen.resolve(what));
  }

  private Path program(String name, String text) throws IOException {
    Path program = Files.writeString(tools.resolve(name), text);
    assertThat(program.toFile().setExecutable(true)).isTrue();
    return program;
  }
}
