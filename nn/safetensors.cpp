#include "sevenfold/nn/safetensors.hpp"

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>
#include <set>

#include "sevenfold/data/elements.hpp"

namespace sevenfold {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr std::uint64_t header_limit = 100'000'000;  // the reference implementation's
constexpr std::string_view metadata_key = "__metadata__";

struct Dtype {
    std::string_view name;
    std::size_t size;
    char kind;  // as in ElementType; '-' where arrays have no such type
};
constexpr Dtype dtypes[] = {{"F64", 8, 'f'},     {"F32", 4, 'f'},     {"F16", 2, '-'}, {"BF16", 2, '-'},
                            {"I64", 8, 'i'},     {"I32", 4, 'i'},     {"I16", 2, 'i'}, {"I8", 1, 'i'},
                            {"U64", 8, 'u'},     {"U32", 4, 'u'},     {"U16", 2, 'u'}, {"U8", 1, 'u'},
                            {"F8_E4M3", 1, '-'}, {"F8_E5M2", 1, '-'}, {"BOOL", 1, 'b'}};

const Dtype* find_dtype(std::string_view name) {
    const auto found =
        std::find_if(std::begin(dtypes), std::end(dtypes), [&](const Dtype& d) { return d.name == name; });
    return found == std::end(dtypes) ? nullptr : found;
}

[[noreturn]] void reject(const fs::path& path, std::string_view arrived, std::string_view rule) {
    fail<FileError>("safetensors", printable(text(path.string(), ": ", arrived)), printable(rule),
                    "The file is damaged, or not in the safetensors format.");
}

// The header as JSON. The parser itself would keep the last of two equal keys, and follow any depth of nesting.
json parse(const fs::path& path, std::string_view header) {
    std::vector<std::set<std::string>> keys(4);  // by depth
    const auto watch = [&](int depth, json::parse_event_t event, json& value) {
        const auto at = static_cast<std::size_t>(depth);
        if (event == json::parse_event_t::object_start || event == json::parse_event_t::array_start) {
            if (depth > 2)
                reject(path, "a header with more than three levels", "it has an object per array, and lists in it");
            keys[at + 1].clear();
        }
        if (event == json::parse_event_t::key && !keys[at].insert(value.get<std::string>()).second)
            reject(path, text("the name ", value.get<std::string>(), " twice"), "names are unique");
        return true;
    };
    try {
        return json::parse(header, watch);
    } catch (const json::parse_error& e) {
        const std::size_t byte = std::min(e.byte, header.size());
        reject(path, "a header that is not JSON", text("it breaks off at byte ", byte, " of ", header.size()));
    } catch (const json::exception&) { reject(path, "a header that is not JSON", "a number in it is too large"); }
}

std::vector<std::uint64_t> whole_numbers(const fs::path& path, const std::string& name, const json& entry,
                                         const char* key) {
    const auto list = entry.find(key);
    if (list == entry.end() || !list->is_array() ||
        !std::all_of(list->begin(), list->end(), [](const json& n) { return n.is_number_unsigned(); }))
        reject(path, text(name, " without ", key), "that is a list of whole numbers");
    return list->get<std::vector<std::uint64_t>>();
}

}  // namespace

SafetensorsFile::SafetensorsFile(const fs::path& path) : SafetensorsFile(read_file(path), path) {}

SafetensorsFile::SafetensorsFile(std::string bytes, const fs::path& path) : path_(path), bytes_(std::move(bytes)) {
    static_assert(std::endian::native == std::endian::little, "elements are copied as they are");
    ByteReader reader(bytes_, "safetensors", path);
    const std::uint64_t length = reader.little(8, "the length of the header");
    if (length > header_limit)
        reader.reject(text("a header of ", length, " bytes"), text("it has at most ", header_limit),
                      "The file is damaged, or not in the safetensors format.");
    const std::string header(reader.take(length, "the header"));
    data_ = reader.position();
    if (!header.starts_with('{')) reject(path, "a header that is no JSON object", "it begins with {");
    read_header(header);

    std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
        return std::pair(a.begin, a.end) <
               std::pair(b.begin, b.end);  // an empty array comes before the one at its place
    });
    std::uint64_t covered = 0;
    for (const Entry& e : entries_) {
        if (e.begin != covered)
            reject(path, text(e.name, " begins at byte ", e.begin, ", the array before it ends at ", covered),
                   "arrays follow each other without holes or overlaps");
        covered = e.end;
    }
    if (covered != reader.left())
        reject(path, text("arrays of ", covered, " bytes in all"), text(reader.left(), " bytes follow the header"));
}

void SafetensorsFile::read_header(const std::string& header) {
    const json document = parse(path_, header);
    for (const auto& [name, entry] : document.items()) {
        if (!entry.is_object()) reject(path_, text(name, " is no object"), "every name has a JSON object");
        if (name == metadata_key) {
            for (const auto& [key, value] : entry.items()) {
                if (!value.is_string())
                    reject(path_, text("metadata ", key, " is no text"), "metadata is text by name");
                metadata_[key] = value.get<std::string>();
            }
            continue;
        }
        const auto dtype = entry.find("dtype");
        const Dtype* type =
            dtype != entry.end() && dtype->is_string() ? find_dtype(dtype->get<std::string>()) : nullptr;
        if (!type)
            reject(path_, text(name, " without a known dtype"), "it is one of F64, F32, F16, BF16, I64, .., BOOL");
        const std::vector<std::uint64_t> shape = whole_numbers(path_, name, entry, "shape");
        const std::vector<std::uint64_t> offsets = whole_numbers(path_, name, entry, "data_offsets");
        if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > bytes_.size() - data_)
            reject(path_,
                   text(name, " with its data_offsets outside the file's ", bytes_.size() - data_, " bytes of data"),
                   "they are [begin, end]");
        const std::uint64_t claimed = claimed_bytes(ByteReader({}, "safetensors", path_), shape, type->size);
        if (claimed != offsets[1] - offsets[0])
            reject(path_,
                   text(name, ": its shape takes ", claimed, " bytes, its data_offsets ", offsets[1] - offsets[0]),
                   "they must agree");
        entries_.push_back({name, std::string(type->name), shape, offsets[0], offsets[1]});
    }
}

const SafetensorsFile::Entry* SafetensorsFile::find(const std::string& name) const {
    const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.name == name; });
    return found == entries_.end() ? nullptr : &*found;
}

template <class T>
Array<T> SafetensorsFile::read(const std::string& name) const {
    const Entry* entry = find(name);
    if (!entry) {
        std::string names;
        for (const Entry& e : entries_) {
            if (names.size() > 1000) {
                names += ", ..";
                break;
            }
            names += text(names.empty() ? "" : ", ", e.name);
        }
        fail<FileError>("safetensors", printable(text(path_.string(), " has no ", name)),
                        "only what it holds can be read",
                        text("It holds ", printable(names.empty() ? "nothing" : names), '.'));
    }
    const Dtype& type = *find_dtype(entry->dtype);
    if (type.kind == '-')
        fail<FileError>("safetensors", printable(text(path_.string(), ": ", name, " is ", type.name)),
                        "arrays do not come in this type", "Convert it to F32 where the file was made.");
    const std::string_view elements(bytes_.data() + data_ + entry->begin, entry->end - entry->begin);
    ByteReader reader(elements, "safetensors", text(path_.string(), ", ", name));
    return read_elements<T>(reader, {{type.kind, type.size}, entry->shape});
}
template Array<float> SafetensorsFile::read(const std::string&) const;
template Array<double> SafetensorsFile::read(const std::string&) const;
template Array<std::int64_t> SafetensorsFile::read(const std::string&) const;

template <class T>
void SafetensorsWriter::add(const std::string& name, const Array<T>& array) {
    if (name == metadata_key) fail<ValueError>("safetensors", name, "the format keeps this name for itself");
    for (const Entry& e : entries_)
        if (e.name == name) fail<ValueError>("safetensors", text("the name ", name, " twice"), "names are unique");
    try {
        json(name).dump();
    } catch (const json::exception&) {
        fail<ValueError>("safetensors", "a name that is not UTF-8", "the header is JSON, which is UTF-8");
    }
    const auto* from = reinterpret_cast<const char*>(array.data());
    entries_.push_back({name,
                        std::is_same_v<T, float>    ? "F32"
                        : std::is_same_v<T, double> ? "F64"
                                                    : "I64",
                        array.shape(), std::string(from, from + array.size() * sizeof(T)), sizeof(T)});
}
template void SafetensorsWriter::add(const std::string&, const Array<float>&);
template void SafetensorsWriter::add(const std::string&, const Array<double>&);
template void SafetensorsWriter::add(const std::string&, const Array<std::int64_t>&);

void SafetensorsWriter::write(const fs::path& path) const { write_file_atomically(path, bytes()); }

std::string SafetensorsWriter::bytes() const {
    // Wider elements first: then every array lies at a multiple of its element's size and can be read in place.
    std::vector<const Entry*> order;
    for (const Entry& e : entries_) order.push_back(&e);
    std::stable_sort(order.begin(), order.end(),
                     [](const Entry* a, const Entry* b) { return a->element > b->element; });

    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    if (!metadata.empty()) header[std::string(metadata_key)] = metadata;
    std::uint64_t end = 0;
    for (const Entry* e : order) {
        const std::uint64_t begin = end;
        end += e->bytes.size();
        header[e->name] = {{"dtype", e->dtype},
                           {"shape", std::vector<std::size_t>(e->shape.begin(), e->shape.end())},
                           {"data_offsets", {begin, end}}};
    }
    std::string text;
    try {
        text = header.dump();
    } catch (const json::exception&) {
        fail<ValueError>("safetensors", "metadata that is not UTF-8", "the header is JSON, which is UTF-8");
    }
    text.resize((text.size() + 7) / 8 * 8, ' ');
    std::string all;
    append_little(all, text.size(), 8);
    all += text;
    for (const Entry* e : order) all += e->bytes;
    return all;
}

}  // namespace sevenfold
