package io.thermograd.live;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** The page's files from the class path, each with an ETag of its content. */
final class PageFiles {
  private record PageFile(byte[] content, String type, String etag) {}

  private static final Pattern SAFE = Pattern.compile("[\\w-]+(/[\\w-]+)*(\\.[\\w-]+)*\\.[a-z]+");
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml",
          "txt", "text/plain; charset=utf-8");

  private final Map<String, Optional<PageFile>> files = new ConcurrentHashMap<>();

  /** Answers with the file; false when there is none of that path. */
  boolean serve(Context ctx, String path) {
    String name = path.equals("/") ? "index.html" : path.substring(1);
    // Checked before the cache, so that it never holds more than the files there are.
    if (!SAFE.matcher(name).matches() || PageFiles.class.getResource("page/" + name) == null) {
      return false;
    }
    Optional<PageFile> found = files.computeIfAbsent(name, PageFiles::load);
    if (found.isEmpty()) {
      return false;
    }
    PageFile file = found.get();
    ctx.header("Cache-Control", "no-cache").header("ETag", file.etag);
    if (file.etag.equals(ctx.header("If-None-Match"))) {
      ctx.status(HttpStatus.NOT_MODIFIED);
    } else {
      ctx.contentType(file.type).result(file.content);
    }
    return true;
  }

  private static Optional<PageFile> load(String name) {
    String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    try (InputStream in = PageFiles.class.getResourceAsStream("page/" + name)) {
      if (in == null || type == null) {
        return Optional.empty();
      }
      byte[] content = in.readAllBytes();
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
      return Optional.of(
          new PageFile(content, type, '"' + HexFormat.of().formatHex(hash, 0, 8) + '"'));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
