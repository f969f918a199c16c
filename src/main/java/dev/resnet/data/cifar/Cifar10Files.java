package dev.resnet.data.cifar;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Where the files of CIFAR-10's binary version lie: unpacked, or still in their archive. */
sealed interface Cifar10Files permits Cifar10Directory, Cifar10Archive {

  /** The folder that the official archive unpacks to. */
  String FOLDER = "cifar-10-batches-bin";

  List<String> TRAIN =
      List.of(
          "data_batch_1.bin",
          "data_batch_2.bin",
          "data_batch_3.bin",
          "data_batch_4.bin",
          "data_batch_5.bin");

  String TEST = "test_batch.bin";

  /** The class names, one a line; optional. */
  String CLASS_NAMES = "batches.meta.txt";

  /** All files of records, training before test. */
  List<String> BATCHES = Stream.concat(TRAIN.stream(), Stream.of(TEST)).toList();

  /** Takes the content of one file. */
  @FunctionalInterface
  interface Visitor {
    void visit(String file, InputStream content) throws IOException;
  }

  /** Bytes of each of the files above that is there. */
  Map<String, Long> sizes() throws IOException;

  /** Hands each of the files above that is there to {@code visitor}, in whatever order they lie. */
  void forEach(Visitor visitor) throws IOException;

  /** A file's place, as error messages name it. */
  String place(String file);
}
