package org.bloomery.controlplane.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bloomery.controlplane.config.ClusterProfiles.BadProfileException;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.SpecCode;
import org.bloomery.core.spec.SpecProblem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The clusters that specs may name are the shipped ones and the home's own. */
class ClusterProfilesTest {
  private static final Path SHIPPED = Path.of("../../job-specs/clusters");

  @TempDir private Path home;

  @Test
  void everyProfileOfTheRepositoryIsShipped() throws IOException {
    try (Stream<Path> files = Files.list(SHIPPED)) {
      List<String> names =
          files.map(file -> file.getFileName().toString().replace(".yaml", "")).sorted().toList();
      assertThat(ClusterProfiles.load(home))
          .extracting(ClusterProfile::name)
          .containsExactlyElementsOf(names);
    }
  }

  @Test
  void aProfileOfTheHomeTakesThePlaceOfAShippedOne() throws IOException {
    String text = Files.readString(SHIPPED.resolve("test-cluster.yaml"));
    lay("mine.yaml", text.replace("nodes: 52", "nodes: 4"));
    lay("other.yaml", text.replace("name: test-cluster", "name: our-site"));
    lay("notes.txt", "not a profile");

    List<ClusterProfile> profiles = ClusterProfiles.load(home);

    assertThat(nodes(profiles, "test-cluster")).isEqualTo(4);
    assertThat(nodes(profiles, "our-site")).isEqualTo(52);
    assertThat(ClusterProfiles.find(profiles, "nowhere")).isEmpty();
  }

  @Test
  void aBadProfileIsRefusedWithAllItsProblems() throws IOException {
    String text = Files.readString(SHIPPED.resolve("test-cluster.yaml"));
    lay("bad.yaml", text.replace("pollFloor: 1s", "pollFloor: 1min").replace("20h", "20 hours"));

    BadProfileException no =
        catchThrowableOfType(BadProfileException.class, () -> ClusterProfiles.load(home));

    assertThat(no.problems())
        .extracting(SpecProblem::code)
        .containsExactly(SpecCode.NOT_A_DURATION, SpecCode.NOT_A_DURATION);
    assertThat(no).hasMessageContaining("bad.yaml:");
  }

  private static int nodes(List<ClusterProfile> profiles, String name) {
    return ClusterProfiles.find(profiles, name).orElseThrow().partitions().get(0).nodes();
  }

  private void lay(String name, String text) throws IOException {
    Files.createDirectories(home.resolve("clusters"));
    Files.writeString(home.resolve("clusters").resolve(name), text);
  }
}
