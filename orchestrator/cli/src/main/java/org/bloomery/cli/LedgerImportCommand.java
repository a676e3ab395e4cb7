package org.bloomery.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.controlplane.api.LedgerApi;
import org.bloomery.core.slurm.AccountingColumns;
import org.bloomery.core.slurm.AccountingSite;
import org.bloomery.core.slurm.AccountingTable;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.ResourceManagerKind;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Posts what a file of the accounting tells of jobs, ours and others'. */
@Command(
    name = "import",
    description = "Post what a file of SLURM's accounting tells of jobs.",
    footer = {
      "",
      "The file is what `sacct --duplicates --allocations --parsable2` prints, in any columns, at",
      "least JobID, Start, End and AllocTRES; better with Submit, State, Elapsed, Account, User,",
      "Partition, NodeList, WorkDir and JobName. Importing a file again changes nothing.",
      "",
      "Example: bloomery ledger import jobs.txt --cluster jean-zay-a100 --time-zone Europe/Paris"
    })
final class LedgerImportCommand extends Verb {
  @Parameters(index = "0", paramLabel = "FILE", description = "What sacct printed.")
  private Path file;

  @Option(
      names = "--time-zone",
      paramLabel = "ZONE",
      description = "Of the times in the file, unless they are seconds since 1970.")
  private String zone;

  @Option(
      names = "--cluster",
      paramLabel = "CLUSTER",
      description = "Whose accounting it is; needed where several are known.")
  private String cluster;

  @Option(
      names = "--columns",
      paramLabel = "LIST",
      description = "What sacct was called with in --format, for a file without a title line.")
  private String columns;

  @Option(names = "--dry-run", description = "Only tell what the file holds; needs no server.")
  private boolean dryRun;

  LedgerImportCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    ClusterProfile profile = profile();
    LedgerApi ledger = dryRun ? null : session().controlPlane().ledger();
    try (BufferedReader in = open()) {
      ImportView view = read(in, profile, ledger);
      session().show(view, view::screen);
      return DONE;
    } catch (IOException e) {
      throw invalid(file + " cannot be read: " + e.getMessage() + ". Check its permissions.");
    }
  }

  private BufferedReader open() throws IOException {
    Path path = session().surroundings().workingDirectory().resolve(file);
    if (!Files.isRegularFile(path)) {
      throw invalid(file + " is no file. Check the path.");
    }
    // A job may have any name; one that is no UTF-8 must not end the import.
    return new BufferedReader(
        new InputStreamReader(
            Files.newInputStream(path),
            StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE)));
  }

  private ImportView read(BufferedReader in, ClusterProfile profile, LedgerApi ledger)
      throws IOException {
    AccountingColumns order;
    int titles = 0;
    if (columns == null) {
      titles = 1;
      String title = Optional.ofNullable(in.readLine()).orElse("");
      order = AccountingColumns.titled(title);
    } else {
      order = AccountingColumns.listed(columns);
    }
    order
        .problem()
        .ifPresent(
            problem -> {
              throw invalid(
                  file
                      + ": "
                      + problem
                      + ". The first line must name the columns, or --columns must.");
            });
    AccountingColumns known = order;
    AccountingSite site = AccountingSite.of(profile, zone());
    AccountingImport.Reader reader =
        (lines, first, part) -> read(lines, first, part, new AccountingTable(known, site));
    try (AccountingImport accounting = new AccountingImport(reader, ledger, titles)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        accounting.take(line);
      }
      return accounting.finish(file.toString(), profile.name());
    }
  }

  private void read(List<String> lines, long first, AccountingPart part, AccountingTable table) {
    long number = first;
    for (String line : lines) {
      if (zone == null && table.hasLocalTimes(line)) {
        throw invalid(
            file
                + ":"
                + number
                + " has local times. Say of which zone: --time-zone Europe/Paris, or UTC.");
      }
      if (!line.isEmpty()) {
        part.take(number, line, table);
      }
      number++;
    }
  }

  private ZoneId zone() {
    if (zone == null) {
      return ZoneOffset.UTC;
    }
    try {
      return ZoneId.of(zone);
    } catch (DateTimeException e) {
      throw invalid("--time-zone " + zone + " is no zone. Write one such as Europe/Paris or UTC.");
    }
  }

  private ClusterProfile profile() {
    List<ClusterProfile> known =
        session().surroundings().site().clusters().stream()
            .filter(one -> one.resourceManager() == ResourceManagerKind.SLURM)
            .toList();
    List<ClusterProfile> meant =
        known.stream().filter(one -> cluster == null || one.name().equals(cluster)).toList();
    if (meant.size() == 1) {
      return meant.get(0);
    }
    String names = known.stream().map(ClusterProfile::name).collect(Collectors.joining(", "));
    throw invalid(
        (cluster == null ? "say --cluster" : "no SLURM cluster is named " + cluster)
            + ": there are "
            + names
            + ".");
  }

  private static ApiException invalid(String sentence) {
    return new ApiException(ApiException.Kind.INVALID, sentence);
  }
}
