package org.bloomery.core.spec;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Goal: an editor says the same of a field as we do. Method: the schemas are written from the very
 * declarations that bind; {@code -Dgolden.update=true} writes them, and a validator of somebody
 * else's judges by them what we judge.
 */
class JsonSchemasTest {
  private static final Path SPECS =
      SpecTexts.repositoryFile("job-specs/clusters/local.yaml").getParent().getParent();

  private static final Pattern MODELINE =
      Pattern.compile("(?m)^# yaml-language-server: \\$schema=(\\S+)$");

  @Test
  void theSchemasOfTheRepositoryAreThoseOfTheDeclarations() throws IOException {
    Path directory = SPECS.resolve("schema");
    if (Boolean.getBoolean("golden.update")) {
      Files.createDirectories(directory);
      for (Map.Entry<String, String> file : JsonSchemas.files().entrySet()) {
        Files.writeString(directory.resolve(file.getKey()), file.getValue());
      }
    }
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(JsonSchemas.files().keySet());
    }
    for (Map.Entry<String, String> file : JsonSchemas.files().entrySet()) {
      assertThat(directory.resolve(file.getKey())).hasContent(file.getValue());
    }
  }

  /** Each of our YAML files names its schema in its first lines, and is good by it. */
  @Test
  void everyFileThatWeShipNamesItsSchemaAndIsGoodByIt() throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(SPECS)) {
      files = walk.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
    assertThat(files).hasSizeGreaterThan(2);
    for (Path file : files) {
      String text = Files.readString(file);
      var named = MODELINE.matcher(text);
      assertThat(named.find()).as("%s names its schema", file).isTrue();
      Path schema = file.getParent().resolve(named.group(1)).normalize();
      assertThat(schema).exists();
      assertThat(errors(Files.readString(schema), text)).as(file.toString()).isEmpty();
    }
  }

  @Test
  void aSpecWithEveryFieldIsGood() {
    assertThat(run(SpecTexts.small())).isEmpty();
    assertThat(run(SpecTexts.resource("bloom-176b.yaml"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "layers: 4 | layer: 4",
        "layers: 4 | layers: four",
        "layers: 4 | layers: 0",
        "layers: 4 | layers: 4.5",
        "layers: 4 | layers: [4]",
        "'    layers: 4\\n' | ''",
        "peak: 1e-3 | peak: 0",
        "peak: 1e-3 | peak: 11",
        "timeLimit: 30m | timeLimit: 1800",
        "timeLimit: 30m | timeLimit: 20:00:00",
        "positionEmbedding: alibi | positionEmbedding: alibbi",
        "embeddingLayerNorm: true | embeddingLayerNorm: maybe",
        "exclude: [\"iam[34-35]\", iam40] | exclude: iam40",
        "exclude: [\"iam[34-35]\", iam40] | exclude: [iam@40]",
        "nice: \"100\" | output: x",
        "hang: 2 | hung: 2",
        "start: 8, | ",
        "\"/data/code.txt\" | data/code.txt",
        "[module load cuda/11.4.3, | [\"a; b\",",
        "bloomery/v1 | bloomery/v2",
        "kind: TrainingRun | kind: TrainingRum",
        "reason: \"the smaller batch, as agreed on Monday\" |",
        "set: {batch: {micro: 2}} | set: {batch: {mikro: 2}}",
        "set: {batch: {micro: 2}} | set: 2",
      })
  void whatTheSchemaRefusesTheBinderRefusesToo(String good, String bad) {
    String before = good.replace("\\n", "\n");
    String text = SpecTexts.small();
    assertThat(text).contains(before);
    String changed = text.replace(before, bad == null ? "" : bad);
    assertThat(run(changed)).as("by the schema").isNotEmpty();
    assertThat(SpecTexts.problems(changed)).as("by the binder").isNotEmpty();
  }

  @Test
  void aFileThatIncludesOthersOrIsIncludedNeedsNotHaveEveryField() {
    String part = "spec:\n  model: {layers: 4}\n";
    assertThat(run(part)).isEmpty();
    assertThat(run("include: [common.yaml]\nkind: TrainingRun\n" + part)).isEmpty();
    assertThat(run("include: [/etc/passwd]\n")).isNotEmpty();
    assertThat(run("kind: TrainingRun\n" + part)).isNotEmpty();
    assertThat(run(part.replace("layers", "layer"))).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "from: 2022-02-01 | from: 2022-02",
        "gpuHours: 1_500_000 | gpuHours: 0",
        "account: six | accounts: six",
        "warnAt: [0.8, 0.95] | warnAt: 0.8",
      })
  void anAllocationIsRefusedByBothToo(String good, String bad) throws IOException {
    String text = Files.readString(SPECS.resolve("allocations/six-a100.yaml"));
    assertThat(text).contains(good);
    String changed = text.replace(good, bad);
    assertThat(errors(JsonSchemas.files().get("allocation.schema.json"), changed)).isNotEmpty();
    assertThat(AllocationTest.bind(changed).problemList()).isNotEmpty();
  }

  private static List<Error> run(String text) {
    return errors(JsonSchemas.files().get("training-run.schema.json"), text);
  }

  private static List<Error> errors(String schemaText, String text) {
    Schema schema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(schemaText, InputFormat.JSON);
    return schema.validate(text, InputFormat.YAML);
  }
}
