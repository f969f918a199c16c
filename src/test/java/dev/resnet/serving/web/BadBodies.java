package dev.resnet.serving.web;

import static dev.resnet.serving.web.BadRequest.CLASSIFY;
import static dev.resnet.serving.web.BadRequest.INFER;
import static dev.resnet.serving.web.BadRequest.JSON;
import static dev.resnet.serving.web.BadRequest.classify;
import static dev.resnet.serving.web.BadRequest.cut;
import static dev.resnet.serving.web.BadRequest.gzip;
import static dev.resnet.serving.web.BadRequest.latin;
import static dev.resnet.serving.web.BadRequest.post;
import static dev.resnet.serving.web.BadRequest.utf8;

import dev.resnet.pictures.Png;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

/** Bodies of classifications and inferences whose form is wrong. */
final class BadBodies {
  private static final byte[] PNG = Png.plain(32, 32, 10, 20, 30);
  private static final String BASE64 = Base64.getEncoder().encodeToString(PNG);
  private static final String IMAGES = "{\"images\": [\"" + BASE64 + "\"]}";
  private static final String TENSOR = "\"name\":\"image\",\"shape\":%s,\"datatype\":\"%s\"";
  private static final String BLACK =
      tensor("[1,32,32,3]", "UINT8", "\"data\":[0" + ",0".repeat(3071) + "]");

  private BadBodies() {}

  static Stream<BadRequest> all() {
    return Stream.of(json(), multipart(), transfers(), inferences(), tensors())
        .flatMap(List::stream);
  }

  private static List<BadRequest> json() {
    return List.of(
        classify("JSON, cut", JSON, cut(utf8(IMAGES), 100), 400, "not JSON"),
        classify("JSON of no text", JSON, new byte[0], 400, "body is empty"),
        classify("JSON list", JSON, utf8("[]"), 400, "not a JSON object"),
        classify("JSON of 100,000 levels", JSON, utf8("[".repeat(100_000)), 400, "JSON"),
        classify(
            "JSON of 100,000 levels inside",
            JSON,
            utf8("{\"images\":" + "[".repeat(100_000)),
            400,
            "JSON"),
        classify(
            "JSON that is not UTF-8", JSON, latin("{\"images\": [\"\u00ff\u00fe\"]}"), 400, "JSON"),
        classify(
            "base64, cut",
            JSON,
            utf8("{\"images\": [\"" + BASE64.substring(0, 61) + "\"]}"),
            422,
            "base64"),
        classify(
            "data URL",
            JSON,
            utf8("{\"images\": [\"data:image/png;base64,AA\"]}"),
            422,
            "images[0]"),
        classify("number in place of an image", JSON, utf8("{\"images\": [7]}"), 400, "images[0]"),
        classify("NaN in place of an image", JSON, utf8("{\"images\": [NaN]}"), 400, "JSON"),
        classify("unknown field", JSON, utf8("{\"images\": [\"AA\"], \"image\": 1}"), 400, "image"),
        classify("no images", JSON, utf8("{\"images\": []}"), 400, "is empty"),
        classify(
            "257 images",
            JSON,
            utf8("{\"images\": [" + "\"AA\",".repeat(256) + "\"AA\"]}"),
            413,
            "max-images"),
        classify(
            "one bad image of two",
            JSON,
            utf8("{\"images\": [\"" + BASE64 + "\", \"AAAA\"]}"),
            422,
            "images[1]"));
  }

  private static List<BadRequest> multipart() {
    byte[] whole = new Multipart().file("image", "a.png", PNG).bytes();
    var many = new Multipart();
    var unnamed = new Multipart();
    for (int i = 0; i < 10_000; i++) {
      many.field("image", new byte[0]);
      unnamed.field("x", new byte[0]);
    }
    return List.of(
        classify("multipart without a boundary", "multipart/form-data", whole, 400, "multipart"),
        classify(
            "multipart with another boundary",
            "multipart/form-data; boundary=x",
            whole,
            400,
            "image is required"),
        classify("multipart, cut in a header", Multipart.TYPE, cut(whole, 60), 400, "multipart"),
        classify(
            "multipart, cut in a part",
            Multipart.TYPE,
            cut(whole, whole.length - 60),
            400,
            "multipart"),
        classify(
            "multipart of no part", Multipart.TYPE, new Multipart().bytes(), 400, "is required"),
        classify("multipart of no bytes", Multipart.TYPE, new byte[0], 400, "image is required"),
        classify("10,000 images", Multipart.TYPE, many.bytes(), 413, "max-images"),
        classify("10,000 unknown parts", Multipart.TYPE, unnamed.bytes(), 400, "the first 100"),
        classify(
            "part without a disposition",
            Multipart.TYPE,
            utf8("------between\r\nX: y\r\n\r\n\r\n------between--\r\n"),
            400,
            "Content-Disposition"),
        classify(
            "part with a header of 10 kB",
            Multipart.TYPE,
            new Multipart().file("image", "n".repeat(10_000), PNG).bytes(),
            413,
            "max-part-header-size"),
        classify(
            "boundary of 5,000 characters",
            "multipart/form-data; boundary=" + "b".repeat(5_000),
            whole,
            400,
            "image is required"));
  }

  private static List<BadRequest> transfers() {
    byte[] zipped = gzip(PNG);
    byte[] spaces = new byte[33 << 20];
    Arrays.fill(spaces, (byte) ' ');
    return List.of(
        classify("body called gzip", "image/png", PNG, 400, "decompressed")
            .with("Content-Encoding", "gzip"),
        classify("gzip, cut", "image/png", cut(zipped, zipped.length - 9), 400, "decompressed")
            .with("Content-Encoding", "gzip"),
        classify("gzip bomb", JSON, gzip(spaces), 413, "max-body-size")
            .with("Content-Encoding", "gzip"),
        classify("gzip called deflate", "image/png", zipped, 400, "decompressed")
            .with("Content-Encoding", "deflate"),
        classify("unknown coding", "image/png", PNG, 415, "gzip").with("Content-Encoding", "br"),
        classify("coded twice", "image/png", zipped, 415, "gzip")
            .with("Content-Encoding", "gzip, gzip"),
        classify("text", "text/plain", utf8("hello"), 415, "text/plain"),
        classify("type that is none", "///;;=", utf8("hello"), 415, "image/png"),
        classify(
            "charset that is none",
            "application/json; charset=nonsense",
            utf8("{}"),
            400,
            "images"),
        post("no type", CLASSIFY, utf8("hello"), 415, "image/png"),
        post("unknown model", "/api/v1/models/none/classify", PNG, 404, "none"),
        post("unknown version", "/api/v1/models/net/versions/99/classify", PNG, 404, "99"),
        post(
            "version that is no number",
            "/api/v1/models/net/versions/x/classify",
            PNG,
            400,
            "version"),
        post(
            "version of 20 digits",
            "/api/v1/models/net/versions/99999999999999999999/classify",
            PNG,
            400,
            "version"),
        post("top_k of no number", CLASSIFY + "?top_k=NaN", PNG, 400, "top_k"),
        post("top_k of 12 digits", CLASSIFY + "?top_k=999999999999", PNG, 400, "top_k"),
        post("percent sign without digits", CLASSIFY + "?top_k=%25zz", PNG, 400, "top_k"),
        post("GET", CLASSIFY, new byte[0], 405, "POST").method("GET"));
  }

  private static List<BadRequest> inferences() {
    return List.of(
        infer("inference of nothing", "", "JSON object"),
        infer("inference, cut", BLACK.substring(0, 200), "can't be read"),
        infer("inference of 100,000 levels", "{\"x\":" + "[".repeat(100_000), "can't be read"),
        infer("10,000 tensors", "{\"inputs\":[" + "{},".repeat(9_999) + "{}]}", "name"),
        infer(
            "10,000 outputs",
            BLACK.replace(
                "]}]}", "]}],\"outputs\":[" + "{\"name\":\"label\"},".repeat(9_999) + "{}]}"),
            "outputs"),
        infer("unknown datatype", tensor("[1,32,32,3]", "FP16", "\"data\":[0]"), "FP16"),
        infer("unknown tensor", BLACK.replace("\"image\"", "\"picture\""), "picture"),
        infer(
            "planes before rows",
            tensor("[1,3,32,32]", "UINT8", "\"data\":[0]"),
            "[images, 32, 32, 3]"),
        infer("no images", tensor("[0,32,32,3]", "UINT8", "\"data\":[]"), "no image"),
        infer("fewer than no images", tensor("[-1,32,32,3]", "UINT8", "\"data\":[]"), "no image"),
        infer(
            "a shape that overflows",
            tensor("[9223372036854775808,32,32,3]", "UINT8", "\"data\":[0]"),
            "whole number"),
        infer(
            "a shape of texts", tensor("[\"1\",32,32,3]", "UINT8", "\"data\":[0]"), "whole number"),
        infer(
            "fewer elements than the shape says",
            tensor("[2,32,32,3]", "UINT8", "\"data\":[1,2,3]"),
            "3 elements"),
        infer(
            "NaN", tensor("[1,32,32,3]", "FP32", "\"data\":[NaN" + ",1".repeat(3071) + "]"), "NaN"),
        infer(
            "element of 1e400",
            tensor("[1,32,32,3]", "FP32", "\"data\":[1e400" + ",1".repeat(3071) + "]"),
            "from 0 to 255"),
        infer(
            "shared memory",
            BLACK.replace("\"data\"", "\"parameters\":{\"shared_memory_region\":\"r\"},\"data\""),
            "Shared memory"),
        post(
            "too many images",
            INFER,
            utf8(tensor("[257,32,32,3]", "UINT8", "\"data\":[0]")),
            413,
            "max-images"),
        post("body of 33 MB", INFER, new byte[33 << 20], 413, "max-body-size"),
        post("index of no object", "/v2/repository/index", utf8("[1]"), 400, "JSON object"));
  }

  private static List<BadRequest> tensors() {
    String head = tensor("[1,32,32,3]", "UINT8", "\"parameters\":{\"binary_data_size\":3072}");
    String floats = tensor("[1,32,32,3]", "FP32", "\"parameters\":{\"binary_data_size\":12288}");
    byte[] nan = new byte[12_288];
    ByteBuffer.wrap(nan).order(ByteOrder.LITTLE_ENDIAN).putFloat(40, Float.NaN);
    return List.of(
        binary("tensor, cut", head, new byte[3071], "3071 bytes follow"),
        binary("tensor with bytes behind it", head, new byte[3073], "3073 bytes follow"),
        binary(
            "tensor of another size than its shape",
            head.replace("3072", "3071"),
            new byte[3071],
            "takes 3072 bytes"),
        binary(
            "tensor of 2^62 bytes",
            head.replace("3072", "4611686018427387904"),
            new byte[9],
            "9 bytes follow"),
        binary("tensor of -1 bytes", head.replace("3072", "-1"), new byte[9], "9 bytes follow"),
        binary("NaN in a tensor", floats, nan, "Element 10"),
        binary("tensor that nobody announced", BLACK, new byte[1], "follow the JSON"),
        post("header longer than the body", INFER, utf8(BLACK), 400, "Inference-Header")
            .with(HEADER, "999999"),
        post("header of no number", INFER, utf8(BLACK), 400, "Inference-Header")
            .with(HEADER, "1e3"),
        post("header of 0", INFER, utf8(BLACK), 400, "Inference-Header").with(HEADER, "0"),
        post("inference, damaged gzip", INFER, utf8(BLACK), 400, "decompressed")
            .with("Content-Encoding", "gzip"));
  }

  private static final String HEADER = "Inference-Header-Content-Length";

  private static BadRequest infer(String name, String json, String word) {
    return post(name, INFER, utf8(json), 400, word);
  }

  private static String tensor(String shape, String datatype, String more) {
    return "{\"inputs\":[{" + TENSOR.formatted(shape, datatype) + "," + more + "}]}";
  }

  private static BadRequest binary(String name, String json, byte[] data, String word) {
    byte[] body =
        ByteBuffer.allocate(json.length() + data.length).put(utf8(json)).put(data).array();
    return post(name, INFER, body, 400, word).with(HEADER, String.valueOf(json.length()));
  }
}
