package org.bloomery.simulation;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.id.RunId;
import org.bloomery.core.nodes.SiteNodes;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunEvent;
import org.bloomery.core.run.RunRecord;

/** A store that passes everything on to another one, but for what a mutant does differently. */
class PassingStore implements RunStore {
  private final RunStore real;

  PassingStore(RunStore real) {
    this.real = real;
  }

  @Override
  public Epoch lead() {
    return real.lead();
  }

  @Override
  public Leader leader() {
    return real.leader();
  }

  @Override
  public void confirm(Epoch epoch) {
    real.confirm(epoch);
  }

  @Override
  public List<Asked> asked() {
    return real.asked();
  }

  @Override
  public void answered(List<Asked> read, Epoch epoch) {
    real.answered(read, epoch);
  }

  @Override
  public List<RunId> list() {
    return real.list();
  }

  @Override
  public List<RunId> present() {
    return real.present();
  }

  @Override
  public void archive(List<RunId> over, Epoch epoch) {
    real.archive(over, epoch);
  }

  @Override
  public void archiveRecords(List<RunId> runs, Epoch epoch) {
    real.archiveRecords(runs, epoch);
  }

  @Override
  public Optional<Run> load(RunId run) {
    return real.load(run);
  }

  @Override
  public List<Run> load(List<RunId> runs) {
    return real.load(runs);
  }

  @Override
  public List<RunRecord> history(RunId run, long afterVersion, int limit) {
    return real.history(run, afterVersion, limit);
  }

  @Override
  public Run create(
      RunEvent.RunSubmitted submitted, String specText, String why, Instant at, Epoch epoch) {
    return real.create(submitted, specText, why, at, epoch);
  }

  @Override
  public Run record(Run run, List<RunEvent> facts, String why, Instant at, Epoch epoch) {
    return real.record(run, facts, why, at, epoch);
  }

  @Override
  public SiteNodes nodes(String cluster) {
    return real.nodes(cluster);
  }

  @Override
  public SiteNodes recordNodes(SiteNodes nodes, Epoch epoch) {
    return real.recordNodes(nodes, epoch);
  }

  @Override
  public Optional<String> specText(Run run) {
    return real.specText(run);
  }
}
