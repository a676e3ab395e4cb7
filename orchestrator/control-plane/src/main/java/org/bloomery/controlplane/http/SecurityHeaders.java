package org.bloomery.controlplane.http;

import org.eclipse.jetty.http.HttpFields;

/** What a browser may do with an answer of ours: nothing that reaches beyond it. */
final class SecurityHeaders {
  private SecurityHeaders() {}

  static void addTo(HttpFields.Mutable answer) {
    answer.put(
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            + "img-src 'self' data:; base-uri 'none'; form-action 'none'; "
            + "frame-ancestors 'none'");
    answer.put("X-Content-Type-Options", "nosniff");
    answer.put("Referrer-Policy", "no-referrer");
    answer.put("Cache-Control", "no-store");
  }
}
