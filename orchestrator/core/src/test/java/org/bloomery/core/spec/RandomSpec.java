package org.bloomery.core.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Writes random specs from the declarations: mostly values of the right type, so that all rules are
 * reached, sometimes whatever a person, a program or an enemy might put there.
 */
final class RandomSpec implements FieldType.Cases<String> {
  /** Each stands for a value as it is, without quotes. */
  private static final List<String> RAW =
      List.of(
          "~",
          "",
          "[]",
          "{}",
          "[[[]]]",
          "{a: {b: [c]}}",
          "&a [x]",
          "*a",
          "!!binary aGk=",
          "!x y",
          "-1",
          "0",
          "010",
          "0x10",
          "1e999",
          "-.inf",
          ".nan",
          "9999999999999999999999",
          "1_000_",
          "NO",
          "\"\"",
          "20:00:00",
          "1h",
          "99999999d",
          "1PiB",
          "2022-02-30",
          "'a",
          "\"a",
          "|",
          ">-",
          "a: b",
          "a #b",
          "- x",
          "? a",
          "@a",
          "`a`",
          "%a",
          "\u0000",
          "\u202e",
          "\ud800",
          "\t");

  /** Each stands in double quotes. */
  private static final List<String> QUOTED =
      List.of(
          "$(id)",
          "`id`",
          "${HOME}",
          "${BLOOMERY_HOME}",
          "${SPEC_DIR}/x",
          "../../etc/passwd",
          "/a/../b",
          "a\\nb",
          "a\\rb",
          "a\\0b",
          "\\e[2J",
          "a\\\"b",
          "a'b",
          "a;b",
          "a|b",
          "a b",
          "日本語",
          "é",
          "😀",
          "-x",
          "--load=/x",
          "#SBATCH",
          "\\u202e",
          "x".repeat(2000));

  private static final List<String> GOOD_WORDS =
      List.of(
          "a",
          "fr",
          "C++",
          "x-1",
          "a.b",
          "six@a100",
          "gpu_p5",
          "/data/a",
          "LANG",
          "SLURM_X",
          "--lr",
          "--log-params-norm",
          "--wait=60",
          "module load cuda",
          "iam[1-3]",
          "1",
          "2022-07",
          "org/name",
          "x y",
          "1.5");

  private final Random random;
  private final int wildness;

  /**
   * A source of specs.
   *
   * @param wildness of 100 values, how many are of any kind at all
   */
  RandomSpec(long seed, int wildness) {
    this.random = new Random(seed);
    this.wildness = wildness;
  }

  /** A whole document as one line of YAML. */
  String next(ObjectOf<?> document) {
    return document.match(this) + "\n";
  }

  private String value(Supplier<String> good) {
    if (random.nextInt(100) >= wildness) {
      return good.get();
    }
    return random.nextBoolean() ? any(RAW) : "\"" + any(QUOTED) + "\"";
  }

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  @Override
  public String wholeNumber(WholeNumber type) {
    // Small numbers, powers of two and the bounds: those that rules are about.
    return value(
        () ->
            switch (random.nextInt(4)) {
              case 0 -> Long.toString(type.minimum());
              case 1 -> Long.toString(type.maximum());
              case 2 -> Long.toString(Math.min(type.maximum(), type.minimum() + random.nextInt(9)));
              default -> Long.toString(Math.min(type.maximum(), 1L << random.nextInt(12)));
            });
  }

  @Override
  public String decimal(Decimal type) {
    return value(() -> Double.toString(Math.min(type.maximum(), random.nextDouble())));
  }

  @Override
  public String flag(Flag type) {
    return value(() -> Boolean.toString(random.nextBoolean()));
  }

  @Override
  public String choice(Choice<?> type) {
    return value(() -> "\"" + any(List.copyOf(type.words().keySet())) + "\"");
  }

  @Override
  public String timeSpan(TimeSpan type) {
    return value(() -> TimeSpan.words(any(List.of(type.minimum(), type.maximum()))));
  }

  @Override
  public String byteCount(ByteCount type) {
    return value(() -> (1 + random.nextInt(900)) + any(List.of("B", "GiB", "TB")));
  }

  @Override
  public String calendarDay(CalendarDay type) {
    return value(() -> "20" + (10 + random.nextInt(90)) + "-0" + (1 + random.nextInt(9)) + "-11");
  }

  @Override
  public String words(Words type) {
    List<String> good =
        GOOD_WORDS.stream().filter(word -> type.pattern().matcher(word).matches()).toList();
    return value(() -> "\"" + (good.isEmpty() ? "a" : any(good)) + "\"");
  }

  @Override
  public String pathText(PathText type) {
    return value(
        () -> "\"" + any(List.of("/a", "/a/b", "${SPEC_DIR}/c", "${BLOOMERY_HOME}/d")) + "\"");
  }

  @Override
  public String relativePath(RelativePath type) {
    return value(() -> any(List.of("a.yaml", "../b/c.yaml", "d/e.yaml", "f.yaml")));
  }

  @Override
  public String exactly(Exactly type) {
    return value(type::word);
  }

  @Override
  public String listOf(ListOf<?> type) {
    return value(
        () -> {
          List<String> items = new ArrayList<>();
          int size = type.minimum() + random.nextInt(3);
          for (int i = 0; i < size; i++) {
            items.add(type.item().match(this));
          }
          return "[" + String.join(", ", items) + "]";
        });
  }

  @Override
  public String mapOf(MapOf<?, ?> type) {
    return value(
        () -> {
          List<String> entries = new ArrayList<>();
          int size = random.nextInt(3);
          for (int i = 0; i < size; i++) {
            entries.add(type.key().match(this) + ": " + type.value().match(this));
          }
          return "{" + String.join(", ", entries) + "}";
        });
  }

  @Override
  public String objectOf(ObjectOf<?> type) {
    return value(() -> object(type, 5, 60));
  }

  @Override
  public String partOf(PartOf type) {
    return value(() -> object(type.whole(), 80, 20));
  }

  /**
   * A map with some of the fields.
   *
   * @param without of 100 fields that are required, how many are missing
   * @param with of 100 others, how many are there
   */
  private String object(ObjectOf<?> type, int without, int with) {
    List<String> entries = new ArrayList<>();
    for (Field<?> field : type.fields()) {
      boolean required = field.absent() instanceof Field.Absent.Refused<?>;
      boolean included = field == Includes.FIELD;
      if (!included && chance(required ? 100 - without : with)) {
        entries.add(field.name() + ": " + field.type().match(this));
      }
    }
    return "{" + String.join(", ", entries) + "}";
  }

  @Override
  public String maybe(Maybe<?> type) {
    return type.present().match(this);
  }
}
