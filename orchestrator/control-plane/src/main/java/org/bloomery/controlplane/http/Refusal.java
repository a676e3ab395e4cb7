package org.bloomery.controlplane.http;

/** A request that the door itself turns away, before the control plane hears of it. */
final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** Why the door turns something away; each has its HTTP status and its stable word. */
  enum Reason {
    BAD_REQUEST(400, "bad-request"),
    FORBIDDEN(403, "forbidden"),
    TOO_LARGE(413, "too-large"),
    NOT_JSON(415, "not-json");

    private final int httpStatus;
    private final String code;

    Reason(int httpStatus, String code) {
      this.httpStatus = httpStatus;
      this.code = code;
    }

    int httpStatus() {
      return httpStatus;
    }

    String code() {
      return code;
    }
  }

  Refusal(Reason reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  Reason reason() {
    return reason;
  }
}
