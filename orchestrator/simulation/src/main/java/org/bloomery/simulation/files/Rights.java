package org.bloomery.simulation.files;

import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;

/** Takes whatever rights are given to a file: in memory everybody may do everything. */
final class Rights implements PosixFileAttributeView {
  @Override
  public String name() {
    return "posix";
  }

  @Override
  public void setPermissions(Set<PosixFilePermission> permissions) {}

  @Override
  public PosixFileAttributes readAttributes() {
    throw new UnsupportedOperationException("rights are not kept");
  }

  @Override
  public void setTimes(FileTime modified, FileTime accessed, FileTime created) {
    throw new UnsupportedOperationException("times are the clock's");
  }

  @Override
  public UserPrincipal getOwner() {
    throw new UnsupportedOperationException("owners are not kept");
  }

  @Override
  public void setOwner(UserPrincipal owner) {
    throw new UnsupportedOperationException("owners are not kept");
  }

  @Override
  public void setGroup(GroupPrincipal group) {
    throw new UnsupportedOperationException("groups are not kept");
  }
}
