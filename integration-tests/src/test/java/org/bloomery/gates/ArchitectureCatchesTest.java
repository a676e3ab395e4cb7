package org.bloomery.gates;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Goal: no rule is toothless. Method: classes that break each of them, under {@code gates.bad}. */
class ArchitectureCatchesTest {
  private static final Architecture BAD = new Architecture("org.bloomery.gates.bad");
  private static final JavaClasses BAD_CLASSES =
      new ClassFileImporter().importPackages("org.bloomery.gates.bad");

  static List<ArchRule> rules() {
    return BAD.rules();
  }

  @ParameterizedTest
  @MethodSource("rules")
  void catches(ArchRule rule) {
    assertThat(rule.evaluate(BAD_CLASSES).hasViolation()).isTrue();
  }

  @Test
  void letsTheFieldsOwnNamePass() {
    assertThat(BAD.namesSaySomething().evaluate(BAD_CLASSES).getFailureReport().getDetails())
        .hasSize(1)
        .allMatch(detail -> detail.contains("TimeHelper"));
  }
}
