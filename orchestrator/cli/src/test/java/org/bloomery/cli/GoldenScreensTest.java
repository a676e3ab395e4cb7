package org.bloomery.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What each verb prints, kept as files: the JSON is a contract, and a change of a screen is to be
 * seen in review. {@code -Dgolden.update=true} rewrites them.
 */
class GoldenScreensTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--help",
        "validate small.yaml",
        "validate small.yaml -o json",
        "validate bad.yaml",
        "validate bad.yaml -o json",
        "validate family/broken.yaml",
        "plan small.yaml",
        "plan small.yaml --at 1,200 -o json",
        "plan small.yaml --at 1,200 --tflops 0.1",
        "plan small.yaml --seconds-per-iteration 0.5 -o json",
        "plan small.yaml --canary",
        "plan small.yaml --canary -o json",
        "render small.yaml -o json",
        "render small.yaml",
        "submit small.yaml",
        "submit small.yaml --dry-run",
        "submit small.yaml -o json",
        "list",
        "list -o json",
        "list -o yaml",
        "status",
        "status -o json",
        "status bloom-nano",
        "status bloom-nano -o json",
        "describe bloom-nano",
        "describe bloom-nano -o json",
        "describe bloom-nano -o yaml",
        "events bloom-nano",
        "events bloom-nano --after 5 -o json",
        "explain bloom-nano",
        "explain bloom-nano -o json",
        "logs bloom-nano",
      })
  void looksAsItLooked(String line) throws IOException {
    printsWhatItPrinted(line);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cancel bloom-nano",
        "cancel bloom-nano -o json",
        "stop bloom-nano",
        "stop bloom-nano -o json",
        "save bloom-nano",
        "save bloom-nano -o json",
        "hold bloom-nano",
        "hold bloom-nano -o json",
        "release bloom-nano",
        "release bloom-nano -o json",
        "resume bloom-nano --from 60",
        "resume bloom-nano -o json",
        "checkpoints list bloom-nano",
        "checkpoints list bloom-nano -o json",
        "checkpoints verify bloom-nano",
        "checkpoints verify bloom-nano -o json",
        "nodes list",
        "nodes list --cluster jean-zay -o json",
        "nodes exclude iam34 --reason ECC --for 2d",
        "nodes exclude iam34 --cluster jean-zay -o json",
        "nodes readmit iam34",
        "nodes readmit iam34 -o json",
        "report usage",
        "report usage -o json",
        "report usage --by month --from 2022-03-01",
        "report usage --by month -o json",
        "report usage --by node",
        "report usage --by user -o csv",
        "report waste",
        "report waste --by cause -o json",
        "report waste -o csv",
        "report waste -o html",
        "report usage --by month -o html",
        "report budget -o html",
        "report budget",
        "report budget -o csv",
        "report audit --cluster jean-zay-a100 --from 2022-03-01",
        "report audit -o json",
        "list -o csv",
        "ledger collect --from 2022-03-01",
        "budget show",
        "budget show -o json",
        "budget show six-a100",
        "budget set allocation.yaml",
        "budget credit six-a100 100_000 --reason granted",
        "budget debit six-a100 0.5 -o json",
        "ledger import accounting.txt --cluster jean-zay-a100 --time-zone Europe/Paris --dry-run",
        "ledger import accounting.txt --cluster jean-zay-a100 --time-zone Europe/Paris -o json",
        "ledger import accounting.txt --cluster jean-zay-a100",
        "ledger import accounting.txt --time-zone UTC",
        "ledger import small.yaml --cluster jean-zay-a100",
        "doctor",
        "doctor -o json",
      })
  void saysWhatItDid(String line) throws IOException {
    printsWhatItPrinted(line);
  }

  private static void printsWhatItPrinted(String line) throws IOException {
    Screen screen =
        new Screen()
            .finding(
                Check.ok("bash", "GNU bash, version 5.2.15"),
                Check.warning("python", "PyTorch cannot be imported", "Install python3-torch"),
                Check.failed("home", "/home/ada has 3 MiB free, 1024 MiB are needed", ""));
    String[] arguments = line.isEmpty() ? new String[0] : line.split(" ", -1);

    Screen.Printed printed = screen.type(arguments);

    String text = transcript(line, printed);
    Path golden = GOLDEN.resolve(fileName(line));
    if (Boolean.getBoolean("golden.update")) {
      Files.createDirectories(GOLDEN);
      Files.writeString(golden, text);
    }
    assertThat(text).isEqualTo(Files.readString(golden));
  }

  private static String transcript(String line, Screen.Printed printed) {
    return "$ bloomery "
        + line
        + "\n"
        + printed.out()
        + "--- stderr\n"
        + printed.err()
        + "--- exit code "
        + printed.code()
        + "\n";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "quickstart",
        "validate",
        "plan",
        "render",
        "submit",
        "list",
        "status",
        "describe",
        "events",
        "explain",
        "logs",
        "cancel",
        "stop",
        "save",
        "hold",
        "release",
        "resume",
        "checkpoints",
        "checkpoints list",
        "checkpoints verify",
        "nodes",
        "nodes list",
        "nodes exclude",
        "nodes readmit",
        "budget",
        "budget show",
        "budget set",
        "budget credit",
        "budget debit",
        "ledger",
        "ledger import",
        "report",
        "report usage",
        "report waste",
        "report budget",
        "report audit",
        "ledger collect",
        "serve",
        "doctor"
      })
  void everyVerbHelpsWithAnExample(String verb) {
    String[] arguments = (verb + " --help").split(" ", -1);

    Screen.Printed printed = new Screen().type(arguments);

    assertThat(printed.code()).isZero();
    assertThat(printed.out()).startsWith("Usage: bloomery " + verb).contains("Example: ");
    List<String> lines = printed.out().lines().toList();
    assertThat(lines).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
  }

  private static String fileName(String line) {
    return (line.isEmpty() ? "nothing" : line.replaceAll("[^a-z0-9]+", "-").replaceAll("^-", ""))
        + ".txt";
  }
}
