package dev.resnet.backup;

/** This process is making a backup already. The message is for the client. */
public final class BackupInProgressException extends RuntimeException {
  BackupInProgressException() {
    super("Another backup is being made by this process. Wait until it is done, then try again.");
  }
}
