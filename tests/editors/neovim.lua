-- Drives Neovim as a user would; every step prints a line `name: JSON`, which the test reads.
-- Arguments: the folder of the configuration, the Python that has jaxlint, the file to open.
local config, python, file = unpack(arg)

local function say(name, value)
  io.stdout:write(name, ': ', vim.json.encode(value), '\n')
end

local function wait(name, held)
  if not vim.wait(60000, held, 50) then
    say('timeout', name)
    vim.cmd('cquit')
  end
end

local function text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), '\n') .. '\n'
end

local function diagnostics()
  return vim.tbl_map(function(one)
    return { one.code, one.lnum, one.col, one.end_col }
  end, vim.diagnostic.get(0))
end

local function floating()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= '' then
      return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, true), '\n')
    end
  end
end

vim.opt.runtimepath:append(config)
vim.lsp.config('jaxlint', { cmd = { python, '-m', 'jaxlint', 'server' } })
vim.lsp.enable('jaxlint')
vim.cmd.edit(file)
vim.cmd('filetype detect')

wait('diagnostics', function() return #vim.diagnostic.get(0) > 0 end)
say('encoding', vim.lsp.get_clients({ name = 'jaxlint' })[1].offset_encoding)
say('found', diagnostics())

local before = text()
vim.api.nvim_win_set_cursor(0, { vim.diagnostic.get(0)[1].lnum + 1, vim.diagnostic.get(0)[1].col })
vim.lsp.buf.hover()
wait('hover', floating)
say('hover', floating())
vim.cmd('fclose!')

vim.cmd('JaxlintExplain')
wait('explanation', floating)
say('explained', floating())
vim.cmd('fclose!')

vim.lsp.buf.code_action({
  context = { only = { 'quickfix' } },
  filter = function(action) return action.title:find('jnp.where', 1, true) ~= nil end,
  apply = true,
})
wait('quick fix', function() return text() ~= before end)
say('fixed', text())

wait('diagnostics of the new text', function()
  local found = vim.diagnostic.get(0)
  return #found == 1 and found[1].code == 'JAX101'
end)
vim.api.nvim_create_autocmd('BufWritePre', { pattern = '*.py', command = 'JaxlintFixAll' })
vim.cmd('write')
say('all fixed', table.concat(vim.fn.readfile(file), '\n') .. '\n')
wait('no diagnostics', function() return #vim.diagnostic.get(0) == 0 end)

-- What the configuration says counts at once, without a new start.
vim.api.nvim_buf_set_lines(0, -1, -1, true, { 'x = jnp.zeros(3)', 'x[0] = 1' })
wait('diagnostics of the addition', function() return #vim.diagnostic.get(0) == 1 end)
vim.lsp.get_clients({ name = 'jaxlint' })[1]:stop()
wait('the end', function() return #vim.lsp.get_clients({ name = 'jaxlint' }) == 0 end)
say('ended', true)
vim.cmd('qall!')
