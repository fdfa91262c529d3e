-- The engine of the comparison as a filter of pandoc: each word of prose in other letters; code and addresses stay.
local function letters(first, look_alikes)
  local map, at = {}, string.byte(first)
  for letter in look_alikes:gmatch(utf8.charpattern) do
    map[string.char(at)] = letter
    at = at + 1
  end
  return map
end
local lower = letters("a", "áƀćďéƒǵĥíĵķĺɱńóṕɋŕśťúṽŵẋýź")
local upper = letters("A", "ÁƁĆĎÉƑǴĤÍĴĶĹḾŃÓṔɊŔŚŤÚṼŴẊÝŹ")
function Str(str)
  str.text = str.text:gsub("%l", lower):gsub("%u", upper)
  return str
end
