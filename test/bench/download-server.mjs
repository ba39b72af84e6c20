// A program of its own: serves as many bytes as the path says (`/268435456`), as fast as they are taken, until its input
// ends. Tells its port.
import { randomBytes } from "node:crypto";
import { createServer } from "node:net";

const piece = randomBytes(1024 * 1024);

const server = createServer((socket) => {
  socket.on("error", () => {});
  socket.once("data", (request) => {
    const size = Number(/^GET \/(\d+) /.exec(request.toString("latin1"))?.[1]);
    let left = size;
    const more = () => {
      while (left > 0) {
        const some = left < piece.length ? piece.subarray(0, left) : piece;
        left -= some.length;
        if (!socket.write(some)) return void socket.once("drain", more);
      }
      socket.end();
    };
    socket.write(
      `HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\ncontent-length: ${size}\r\nconnection: close\r\n\r\n`,
    );
    more();
  });
});
server.listen(0, "127.0.0.1", () => process.stdout.write(`${server.address().port}\n`));
process.stdin.on("end", () => process.exit()).resume();
