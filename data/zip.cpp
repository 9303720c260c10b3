#include "sevenfold/data/zip.hpp"

#include <zlib.h>

#include <algorithm>
#include <set>

#include "sevenfold/autograd/error.hpp"
#include "sevenfold/data/deflate.hpp"
#include "sevenfold/data/file.hpp"

namespace sevenfold {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t local_mark = 0x04034b50, entry_mark = 0x02014b50, end_mark = 0x06054b50;
constexpr std::size_t end_size = 22, longest_comment = 0xffff;
constexpr std::uint64_t stored = 0, deflated = 8;
constexpr std::uint64_t encrypted_flag = 1, utf8_flag = 1 << 11;
constexpr std::string_view again = "Copy or download it again.";

// One line of the directory at the end of the archive; it, not the headers before the members, is what counts.
struct Entry {
    std::string name;
    std::uint64_t flags, method, crc, packed_size, size, offset;
};

std::uint64_t checksum(std::string_view bytes) {
    return crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
}

// The end record is the last thing in the file but for a comment, whose length it states.
std::size_t find_end(std::string_view bytes, const ByteReader& reader) {
    for (std::size_t comment = 0; comment <= longest_comment && end_size + comment <= bytes.size(); ++comment) {
        const std::size_t at = bytes.size() - end_size - comment;
        if (bytes.substr(at, 4) != "PK\5\6") continue;
        const auto low = static_cast<unsigned char>(bytes[at + 20]), high = static_cast<unsigned char>(bytes[at + 21]);
        if ((low | high << 8) == static_cast<int>(comment)) return at;
    }
    reader.reject("there is no zip directory at the end", "zip archives end with one",
                  "The file is no zip archive, or cut short: copy or download it again.");
}

std::vector<Entry> read_directory(ByteReader& reader, std::size_t end) {
    reader.seek(end, "the end record");
    reader.take(4, "the mark");
    const std::uint64_t disk = reader.little(2, "the disk"), directory_disk = reader.little(2, "the disk");
    const std::uint64_t here = reader.little(2, "the count"), count = reader.little(2, "the count");
    const std::uint64_t size = reader.little(4, "the directory's size"),
                        offset = reader.little(4, "the directory's place");
    if (count == 0xffff || size == 0xffffffff || offset == 0xffffffff)
        reader.reject("a ZIP64 archive", "archives below 4 GiB and 65535 members are read",
                      "Save fewer arrays in one file.");
    if (disk != 0 || directory_disk != 0 || here != count || offset + size != end)
        reader.reject("the directory is not where the end record says", "the archive is damaged or in parts", again);

    reader.seek(offset, "the directory");
    std::vector<Entry> entries;
    std::set<std::string> names;
    for (std::uint64_t i = 0; i < count; ++i) {
        if (reader.little(4, "a directory entry") != entry_mark)
            reader.reject("a directory entry lacks its mark", "the archive is damaged", again);
        reader.take(4, "the versions");
        Entry entry{};
        entry.flags = reader.little(2, "the flags");
        entry.method = reader.little(2, "the method");
        reader.take(4, "the date");
        entry.crc = reader.little(4, "the checksum");
        entry.packed_size = reader.little(4, "the packed size");
        entry.size = reader.little(4, "the size");
        const std::uint64_t name = reader.little(2, "a length"), extra = reader.little(2, "a length");
        const std::uint64_t comment = reader.little(2, "a length");
        reader.take(8, "the attributes");
        entry.offset = reader.little(4, "the member's place");
        entry.name = reader.take(name, "a name");
        reader.take(extra + comment, "a comment");
        if (!names.insert(entry.name).second)
            reader.reject(text("two members are called \"", entry.name, '"'), "names in an archive differ");
        entries.push_back(std::move(entry));
    }
    if (reader.position() != end) reader.reject("the directory ends early", "the archive is damaged", again);
    return entries;
}

std::string_view packed_bytes(ByteReader& reader, const Entry& entry) {
    reader.seek(entry.offset, text("the member \"", entry.name, '"'));
    if (reader.little(4, "a member") != local_mark)
        reader.reject(text("the member \"", entry.name, "\" lacks its mark"), "the archive is damaged", again);
    reader.take(22, "a member's header");
    const std::uint64_t name = reader.little(2, "a length"), extra = reader.little(2, "a length");
    if (reader.take(name, "a name") != entry.name)
        reader.reject(text("the member \"", entry.name, "\" has another name in the directory"),
                      "the archive is damaged", again);
    reader.take(extra, "an extra field");
    return reader.take(entry.packed_size, text("the member \"", entry.name, '"'));
}

std::string unpack(const ByteReader& reader, const Entry& entry, std::string_view packed) {
    const std::string member = text("the member \"", entry.name, '"');
    if (entry.flags & encrypted_flag) reader.reject(text(member, " is encrypted"), "encrypted archives are not read");
    if (entry.method != stored && entry.method != deflated)
        reader.reject(text(member, " is packed by method ", entry.method), "members are stored (0) or deflated (8)");
    if (entry.method == stored && entry.size != entry.packed_size)
        reader.reject(text(member, " is stored, ", entry.size, " bytes in ", entry.packed_size),
                      "the archive is damaged", again);
    Inflated out{std::string(), Inflated::End::clean};
    if (entry.method == stored)
        out.bytes = packed;
    else
        out = inflate(packed, Wrapping::raw, entry.size);
    if (out.end != Inflated::End::clean) reader.reject(member, out.problem(), again);
    if (out.bytes.size() != entry.size || checksum(out.bytes) != entry.crc)
        reader.reject(member, "its bytes do not have the size and checksum that the directory states", again);
    return std::move(out.bytes);
}

}  // namespace

std::vector<ZipMember> read_zip(const fs::path& path) {
    const std::string bytes = read_file(path);
    ByteReader reader(bytes, "zip", path);
    const std::vector<Entry> entries = read_directory(reader, find_end(bytes, reader));

    // Members that overlap could unfold to far more than the file holds.
    std::uint64_t packed_total = 0, inflated_total = 0;
    for (const Entry& entry : entries) {
        packed_total += entry.packed_size;
        if (entry.method == deflated) inflated_total += entry.size;
    }
    if (packed_total > bytes.size())
        reader.reject(text("the members take ", packed_total, " bytes"), text("the file has ", bytes.size()), again);
    if (inflated_total > inflate_limit)
        reader.reject(text("compressed members of ", inflated_total, " bytes"),
                      text("at most ", inflate_limit, " are unfolded"), "Save the arrays without compression.");

    std::vector<ZipMember> members;
    for (const Entry& entry : entries) {
        const std::string_view packed = packed_bytes(reader, entry);
        members.push_back({entry.name, unpack(reader, entry, packed)});
    }
    return members;
}

std::string to_zip(const std::vector<ZipMember>& members, bool compress, const fs::path& path) {
    constexpr std::uint64_t most = 0xfffffffe, version = 20, made_on_unix = 3 << 8 | version;
    constexpr std::uint64_t midnight = 0, new_year_1980 = 1 << 5 | 1, regular_file = std::uint64_t{0100644} << 16;
    std::string out, directory;
    for (const ZipMember& member : members) {
        const std::string squeezed = compress ? deflate(member.bytes) : std::string();
        const std::string_view packed = compress ? std::string_view(squeezed) : member.bytes;
        if (members.size() >= 0xffff || out.size() + directory.size() + packed.size() + 1024 > most ||
            member.bytes.size() > most)
            fail<FileError>("zip", path.string(), "archives hold less than 4 GiB and 65535 members",
                            "Write fewer arrays into one file.");
        const bool ascii = std::all_of(member.name.begin(), member.name.end(), [](char c) { return c >= 0; });

        std::string common;  // what the member's header and the directory's entry both say
        append_little(common, version, 2);
        append_little(common, ascii ? 0 : utf8_flag, 2);
        append_little(common, compress ? deflated : stored, 2);
        append_little(common, midnight, 2);
        append_little(common, new_year_1980, 2);
        append_little(common, checksum(member.bytes), 4);
        append_little(common, packed.size(), 4);
        append_little(common, member.bytes.size(), 4);
        append_little(common, member.name.size(), 2);
        append_little(common, 0, 2);  // no extra field

        append_little(directory, entry_mark, 4);
        append_little(directory, made_on_unix, 2);
        directory += common;
        append_little(directory, 0, 2 + 2 + 2);  // no comment, the first disk, not text
        append_little(directory, regular_file, 4);
        append_little(directory, out.size(), 4);
        directory += member.name;

        append_little(out, local_mark, 4);
        out += common;
        out += member.name;
        out += packed;
    }
    const std::size_t offset = out.size();
    out += directory;
    append_little(out, end_mark, 4);
    append_little(out, 0, 2 + 2);  // the first disk
    append_little(out, members.size(), 2);
    append_little(out, members.size(), 2);
    append_little(out, directory.size(), 4);
    append_little(out, offset, 4);
    append_little(out, 0, 2);  // no comment
    return out;
}

}  // namespace sevenfold
