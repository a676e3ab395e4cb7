package org.bloomery.controlplane.api;

import java.util.List;
import org.bloomery.core.spec.SpecProblem;

/** A request that was not carried out, with what to tell the person who made it. */
public final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Kind kind;
  private final transient List<SpecProblem> problems;

  /** What kind of no this is; each has its exit code and its HTTP status. */
  public enum Kind {
    FAILED(1, 500),
    INVALID(2, 400),
    REFUSED(3, 409),
    NOT_FOUND(4, 404),
    UNAVAILABLE(5, 503);

    private final int exitCode;
    private final int httpStatus;

    Kind(int exitCode, int httpStatus) {
      this.exitCode = exitCode;
      this.httpStatus = httpStatus;
    }

    public int exitCode() {
      return exitCode;
    }

    public int httpStatus() {
      return httpStatus;
    }
  }

  public ApiException(Kind kind, String message) {
    this(kind, message, List.of());
  }

  public ApiException(Kind kind, String message, List<SpecProblem> problems) {
    super(message);
    this.kind = kind;
    this.problems = List.copyOf(problems);
  }

  public Kind kind() {
    return kind;
  }

  /** The problems of a spec; empty where the trouble is another. */
  public List<SpecProblem> problems() {
    return problems == null ? List.of() : problems;
  }
}
