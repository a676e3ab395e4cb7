package org.bloomery.controlplane.config;

/** A home cannot be used; the message says what, where and what to do next. */
public final class HomeException extends Exception {
  private static final long serialVersionUID = 1L;

  HomeException(String message) {
    super(message);
  }

  HomeException(String message, Throwable cause) {
    super(
        message + " (" + cause.getClass().getSimpleName() + ": " + cause.getMessage() + ")", cause);
  }
}
