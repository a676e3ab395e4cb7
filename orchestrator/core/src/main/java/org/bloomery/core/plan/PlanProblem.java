package org.bloomery.core.plan;

/**
 * Something in a plan that will go wrong, or may.
 *
 * @param path the field of the spec to look at
 * @param message what, without a full stop
 * @param advice what to do, a sentence
 */
public record PlanProblem(Code code, String path, String message, String advice) {

  /** Every kind of problem; the ids are stable. */
  public enum Code {
    OTHER_CLUSTER("PLAN-001"),
    TOO_FEW_DEVICES("PLAN-002"),
    MEMORY("PLAN-003"),
    BUDGET("PLAN-004"),
    SAVES_LESS_THAN_ONCE("PLAN-005"),
    UNKNOWN_PARTITION("PLAN-006"),
    NEVER_FINISHES("PLAN-007"),
    JOB_ENDS_BEFORE_SAVE("PLAN-008");

    private final String id;

    Code(String id) {
      this.id = id;
    }

    public String id() {
      return id;
    }
  }

  /** One line for people. */
  public String text() {
    return code.id() + " " + path + ": " + message + ". " + advice;
  }
}
