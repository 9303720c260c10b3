#include "sevenfold/data/deflate.hpp"

#include <zlib.h>

#include <algorithm>
#include <new>

namespace sevenfold {
namespace {

// zlib counts in 32 bits, so long buffers are passed on in pieces.
constexpr std::size_t piece = std::size_t{1} << 30;

void feed(z_stream& stream, std::string_view bytes) {
    // zlib does not write to its input; only its declaration is older than const.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(std::min(bytes.size(), piece));
}

void offer(z_stream& stream, std::string& out, std::size_t filled) {
    stream.next_out = reinterpret_cast<Bytef*>(out.data()) + filled;
    stream.avail_out = static_cast<uInt>(std::min(out.size() - filled, piece));
}

struct InflateStream : z_stream {
    explicit InflateStream(Wrapping wrapping) : z_stream{} {
        if (inflateInit2(this, wrapping == Wrapping::gzip ? 16 + MAX_WBITS : -MAX_WBITS) != Z_OK)
            throw std::bad_alloc();
    }
    InflateStream(const InflateStream&) = delete;
    InflateStream& operator=(const InflateStream&) = delete;
    ~InflateStream() { inflateEnd(this); }
};

struct DeflateStream : z_stream {
    DeflateStream() : z_stream{} {
        constexpr int default_memory = 8;
        if (deflateInit2(this, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, default_memory, Z_DEFAULT_STRATEGY) !=
            Z_OK)
            throw std::bad_alloc();
    }
    DeflateStream(const DeflateStream&) = delete;
    DeflateStream& operator=(const DeflateStream&) = delete;
    ~DeflateStream() { deflateEnd(this); }
};

}  // namespace

std::string_view Inflated::problem() const {
    switch (end) {
        case End::clean:
            return "";
        case End::followed:
            return "other bytes follow the compressed ones";
        case End::limit:
            return "it unfolds to more bytes than its header says";
        case End::cut_short:
            return "the compressed bytes are cut short";
        case End::damaged:
            break;
    }
    return "the compressed bytes are damaged";
}

Inflated inflate(std::string_view compressed, Wrapping wrapping, std::uint64_t limit) {
    InflateStream stream(wrapping);
    std::string out;
    std::size_t filled = 0, used = 0;
    const auto finish = [&](Inflated::End end) {
        out.resize(std::min<std::uint64_t>(filled, limit));
        return Inflated{std::move(out), end};
    };
    for (;;) {
        // Room for one byte beyond the limit shows whether there is more.
        if (filled == out.size())
            out.resize(static_cast<std::size_t>(std::min<std::uint64_t>(limit + 1, 4 * filled + 65536)));
        feed(stream, compressed.substr(used));
        offer(stream, out, filled);
        const uInt in = stream.avail_in, room = stream.avail_out;
        const int result = ::inflate(&stream, Z_NO_FLUSH);
        used += in - stream.avail_in;
        filled += room - stream.avail_out;
        if (filled > limit) return finish(Inflated::End::limit);
        if (result == Z_STREAM_END)
            return finish(used == compressed.size() ? Inflated::End::clean : Inflated::End::followed);
        if (result == Z_MEM_ERROR) throw std::bad_alloc();
        if (result != Z_OK && result != Z_BUF_ERROR) return finish(Inflated::End::damaged);
        if (used == compressed.size() && stream.avail_out > 0) return finish(Inflated::End::cut_short);
    }
}

std::string deflate(std::string_view bytes) {
    DeflateStream stream;
    std::string out(4096, '\0');
    std::size_t filled = 0, used = 0;
    for (;;) {
        if (filled == out.size()) out.resize(2 * out.size());
        feed(stream, bytes.substr(used));
        offer(stream, out, filled);
        const uInt in = stream.avail_in, room = stream.avail_out;
        const int result = ::deflate(&stream, used + in == bytes.size() ? Z_FINISH : Z_NO_FLUSH);
        used += in - stream.avail_in;
        filled += room - stream.avail_out;
        if (result == Z_STREAM_END) break;
    }
    out.resize(filled);
    return out;
}

}  // namespace sevenfold
