package org.bloomery.core.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bloomery.core.spec.TrainingData.MixturePart;
import org.junit.jupiter.api.Test;

/** Goal: the list of BLOOM's languages and the shipped mixture say the same. */
class LanguagesTest {
  private static final Pattern ROW =
      Pattern.compile("\\| (\\S+) \\| ([^|]+) \\| ([a-z, -]+) \\| ([0-9.]+|-) \\| ([0-9,]+|-) \\|");

  private static final List<MixturePart> MIXTURE = ShippedSpecs.bloom("176b.yaml").data().mixture();

  private record Language(String code, SortedSet<String> datasets, String share, String bytes) {}

  @Test
  void thereAre46NaturalAnd13ProgrammingLanguages() {
    assertThat(languages("Natural languages")).hasSize(46);
    assertThat(languages("Programming languages")).hasSize(13);
  }

  @Test
  void everyLanguageIsCarriedByTheDatasetsThatTheListNames() {
    SortedMap<String, SortedSet<String>> carried = new TreeMap<>();
    for (MixturePart part : MIXTURE) {
      assertThat(part.languages()).as(part.name()).isNotEmpty().doesNotHaveDuplicates();
      for (String language : part.languages()) {
        carried.computeIfAbsent(language, code -> new TreeSet<>()).add(part.name());
      }
    }
    SortedMap<String, SortedSet<String>> listed = new TreeMap<>();
    all().forEach(language -> listed.put(language.code(), language.datasets()));
    assertThat(listed).hasSize(59).isEqualTo(carried);
  }

  /** Only English and simplified Chinese have a second source. */
  @Test
  void everyOtherLanguageIsInOneDataset() {
    assertThat(all().stream().filter(language -> language.datasets().size() > 1))
        .extracting(Language::code)
        .containsExactly("en", "zhs");
  }

  @Test
  void theWeightsAreThePublished28() {
    assertThat(MIXTURE).hasSize(28);
    assertThat(MIXTURE.stream().mapToDouble(MixturePart::weight).sum()).isCloseTo(1, within(1e-7));
    assertThat(MIXTURE).filteredOn(part -> part.name().equals("fr")).hasSize(1);
    assertThat(part("fr").weight()).isEqualTo(0.13054018);
    assertThat(part("nigercongo-all").languages()).hasSize(22);
  }

  @Test
  void everyNaturalLanguageHasAShareOrASize() {
    assertThat(languages("Natural languages"))
        .allSatisfy(language -> assertThat(language.share() + language.bytes()).isNotEqualTo("--"));
    double natural =
        languages("Natural languages").stream()
            .filter(language -> !language.share().equals("-"))
            .mapToDouble(language -> Double.parseDouble(language.share()))
            .sum();
    // Code has 13 %; the published shares are rounded.
    assertThat(natural + 13).isCloseTo(100, within(0.2));
  }

  private static MixturePart part(String name) {
    return MIXTURE.stream().filter(part -> part.name().equals(name)).findFirst().orElseThrow();
  }

  private static List<Language> all() {
    return List.of("Natural languages", "Programming languages").stream()
        .flatMap(heading -> languages(heading).stream())
        .toList();
  }

  /** The rows of the table below a heading. */
  private static List<Language> languages(String heading) {
    String text = ShippedSpecs.text("bloom/languages.md");
    String below = text.substring(text.indexOf("\n## " + heading));
    int next = below.indexOf("\n## ", 1);
    return (next < 0 ? below : below.substring(0, next))
        .lines()
        .map(ROW::matcher)
        .filter(Matcher::matches)
        .map(
            row ->
                new Language(
                    row.group(1),
                    new TreeSet<>(List.of(row.group(3).split(", ", -1))),
                    row.group(4),
                    row.group(5)))
        .toList();
  }
}
