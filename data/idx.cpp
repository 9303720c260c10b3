#include "sevenfold/data/idx.hpp"

#include "sevenfold/data/deflate.hpp"
#include "sevenfold/data/file.hpp"

namespace sevenfold {
namespace {

std::string unfold(const std::filesystem::path& path, const std::string& compressed) {
    // The header comes first: what it says bounds what is unfolded.
    const std::string start = inflate(compressed, Wrapping::gzip, 4 + 4 * Shape::max_rank).bytes;
    ByteReader reader(start, "idx", path);
    const ArrayHeader header = read_idx_header(reader);
    const std::uint64_t claimed = claimed_bytes(reader, header.sizes, header.type.size);
    if (claimed > inflate_limit)
        reader.reject(text("a compressed array of ", claimed, " bytes"),
                      text("at most ", inflate_limit, " are unfolded"), "Unpack the file with gunzip if you trust it.");
    Inflated whole = inflate(compressed, Wrapping::gzip, reader.position() + claimed);
    if (whole.end != Inflated::End::clean)
        fail<FileError>("idx", path.string(), whole.problem(), "Copy or download it again.");
    return std::move(whole.bytes);
}

}  // namespace

// Two bytes 0, the element type, the number of axes, and their sizes; everything with its highest byte first.
ArrayHeader read_idx_header(ByteReader& reader) {
    if (reader.left() < 4 || reader.big(2, "the mark") != 0)
        reader.reject("the first two bytes are not 0", "IDX files start so", "Is this an IDX file, plain or in gzip?");
    ArrayHeader header;
    switch (const std::uint64_t code = reader.big(1, "the element type")) {
        case 0x08:
            header.type = {'u', 1};
            break;
        case 0x09:
            header.type = {'i', 1};
            break;
        case 0x0b:
            header.type = {'i', 2};
            break;
        case 0x0c:
            header.type = {'i', 4};
            break;
        case 0x0d:
            header.type = {'f', 4};
            break;
        case 0x0e:
            header.type = {'f', 8};
            break;
        default:
            reader.reject(text("element type ", code), "IDX knows the types 8, 9, 11, 12, 13 and 14");
    }
    header.type.order = std::endian::big;
    header.sizes.resize(reader.big(1, "the number of axes"));
    for (std::uint64_t& size : header.sizes) size = reader.big(4, "the size of an axis");
    return header;
}

template <class T>
Array<T> read_idx(const std::filesystem::path& path) {
    std::string bytes = read_file(path);
    if (bytes.starts_with("\x1f\x8b")) bytes = unfold(path, bytes);
    ByteReader reader(bytes, "idx", path);
    const ArrayHeader header = read_idx_header(reader);
    return read_elements<T>(reader, header);
}

template Array<float> read_idx(const std::filesystem::path&);
template Array<double> read_idx(const std::filesystem::path&);
template Array<std::int64_t> read_idx(const std::filesystem::path&);

}  // namespace sevenfold
