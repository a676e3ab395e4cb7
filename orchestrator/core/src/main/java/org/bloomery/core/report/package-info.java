/** What the ledger tells people: sums by anything that they ask by. */
package org.bloomery.core.report;
